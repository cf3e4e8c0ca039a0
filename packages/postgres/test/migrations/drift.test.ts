import type { GuloError } from '@gulo/core'
import { drift, grants, migrate } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, uniqueSchema } from '../support/database.js'

describeWithDatabase('A look for drift', (pool) => {
  let schema: string
  beforeEach(async () => {
    schema = uniqueSchema()
    await migrate(pool, { schema })
  })
  afterEach(() => pool.query(`drop schema if exists ${schema} cascade`))

  it('finds nothing in tables that the migrations have made, and leaves nothing behind', async () => {
    expect(await drift(pool, { schema })).to.deep.equal({ missing: [], added: [] })
    const { rows } = await pool.query("select 1 from pg_namespace where nspname = 'gulo_expected'")
    expect(rows).to.deep.equal([])
  })

  it('names columns, indexes and constraints that are gone or other than they were', async () => {
    await pool.query(`alter table ${schema}.inbox drop constraint inbox_pkey`)
    await pool.query(`alter table ${schema}.scheduled alter column attempts drop not null`)
    await pool.query(`drop index ${schema}.scheduled_due`)
    await pool.query(`alter table ${schema}.outbox drop column subject`)
    const { missing, added } = await drift(pool, { schema })
    expect(missing).to.deep.equal([
      'column outbox.subject text',
      'column scheduled.attempts integer not null default 0',
      'constraint inbox.inbox_pkey PRIMARY KEY (consumer, message_id)',
      'index CREATE INDEX scheduled_due ON scheduled USING btree (due_at)',
      'index CREATE UNIQUE INDEX inbox_pkey ON inbox USING btree (consumer, message_id)',
    ])
    expect(added).to.deep.equal(['column scheduled.attempts integer default 0'])
  })

  it('tells what the application has added', async () => {
    await pool.query(`create index by_tenant on ${schema}.outbox (tenant)`)
    const { missing, added } = await drift(pool, { schema })
    expect(missing).to.deep.equal([])
    expect(added).to.deep.equal(['index CREATE INDEX by_tenant ON outbox USING btree (tenant)'])
  })

  it('takes a schema without tables for one where all is missing', async () => {
    const { missing, added } = await drift(pool, { schema: 'gulo_test_nowhere' })
    expect(missing.length).to.be.greaterThan(50)
    expect(added).to.deep.equal([])
  })

  it('and grants and migrations refuse a name that would be more than a name', async () => {
    const codeOf = (error: GuloError) => error.code
    const evil = 'gulo"; drop schema public'
    expect(await drift(pool, { schema: evil }).catch(codeOf)).to.equal('GULO_CONFIGURATION_INVALID')
    expect(await migrate(pool, { schema: evil }).catch(codeOf)).to.equal('GULO_CONFIGURATION_INVALID')
    expect(await migrate(undefined as never).catch(codeOf)).to.equal('GULO_CONFIGURATION_INVALID')
    expect(() => grants('app', { schema: evil })).to.throw('schema is gulo"')
    expect(() => grants('')).to.throw('role is empty')
    expect(grants('my "app"')).to.contain('to "my ""app""";')
  })
})
