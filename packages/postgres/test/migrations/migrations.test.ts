import type { GuloError } from '@gulo/core'
import { migrate, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, uniqueSchema } from '../support/database.js'

describeWithDatabase('The tables', (pool) => {
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: GuloError) => error.code,
    )
  let schema: string

  beforeEach(() => {
    schema = uniqueSchema()
  })
  afterEach(() => pool.query(`drop schema if exists ${schema} cascade`))

  it('are made once, also by several processes at once', async () => {
    const reports = await Promise.all(Array.from({ length: 4 }, () => migrate(pool, { schema })))
    expect(reports.filter(({ from }) => from === 0)).to.have.length(1)
    const { rows } = await pool.query(`select version from ${schema}.migration`)
    expect(rows).to.have.length(reports[0]?.to ?? 0)
  })

  it('are asked for by name where they are missing', async () => {
    expect(await codeOf(postgres({ pool, schema }).start())).to.equal('POSTGRES_SCHEMA_MISSING')
    const store = postgres({ pool, schema, migrate: true })
    await store.start()
    await store.stop()
    const again = postgres({ pool, schema })
    await again.start()
    await again.stop()
  })

  it('are left alone when a newer release has changed them', async () => {
    const { to } = await migrate(pool, { schema })
    await pool.query(`insert into ${schema}.migration (version, name) values ($1, 'later')`, [to + 1])
    expect(await codeOf(postgres({ pool, schema }).start())).to.equal('POSTGRES_SCHEMA_NEWER')
    expect(await codeOf(migrate(pool, { schema }))).to.equal('POSTGRES_SCHEMA_NEWER')
  })

  it('stay as they were when a step fails', async () => {
    await pool.query(`create schema ${schema}; create table ${schema}.relay_slot (id int)`)
    expect(await codeOf(migrate(pool, { schema }))).to.equal('POSTGRES_MIGRATION_FAILED')
    const { rows } = await pool.query(`select table_name from information_schema.tables where table_schema = $1`, [
      schema,
    ])
    expect(rows.map(({ table_name }) => table_name)).to.deep.equal(['relay_slot'])
  })
})
