import type { GuloError } from '@gulo/core'
import { grants, migrate, type PostgresStore, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import pg from 'pg'
import { describeWithDatabase, uniqueSchema } from '../support/database.js'
import { drain, event, store } from '../support/writers.js'

describeWithDatabase('A role of its own for a service', (pool) => {
  let schema: string
  let role: string
  let own: pg.Pool

  beforeEach(async () => {
    schema = uniqueSchema()
    role = `${schema}_app`
    await migrate(pool, { schema })
    await pool.query(`create role ${role}`)
    const { connectionString } = pool.options
    own = new pg.Pool({ connectionString, max: 3, options: `-c role=${role}` })
  })
  afterEach(async () => {
    await own.end()
    await pool.query(`drop schema ${schema} cascade; drop owned by ${role}; drop role ${role}`)
  })

  const fault = (work: Promise<unknown>): Promise<GuloError> =>
    work.then(
      () => expect.fail('it did not reject'),
      (error: GuloError) => error,
    )
  const started = async (): Promise<PostgresStore> => {
    const made = postgres({ pool: own, schema })
    await made.start()
    return made
  }

  it('is refused at the start when it may nothing, or not everything', async () => {
    expect((await fault(started())).code).to.equal('POSTGRES_FORBIDDEN')
    await pool.query(grants(role, { schema }))
    await pool.query(`revoke insert on ${schema}.inbox, ${schema}.dead_letter from ${role}`)
    const error = await fault(started())
    expect(error.code).to.equal('POSTGRES_FORBIDDEN')
    expect(error.message).to.contain(`${role} may not insert on dead_letter, insert on inbox.`)
  })

  it('does all of its work with what grants() gives it', async () => {
    await pool.query(grants(role, { schema }))
    const made = await started()
    const [one, two] = [event('one'), event('two')]
    await store(made, one, two)
    expect([...(await drain(made))].sort()).to.deep.equal([one.id, two.id].sort())
    await store(made, event('bad'))
    await made.outbox.fail(await made.outbox.claim(10), Object.assign(new Error('no'), { retryable: false }))
    expect(await made.inbox.once({ consumer: 'app', messageId: one.id }, async () => undefined)).to.equal('done')
    expect(await made.attempts.begin('app', one.id)).to.equal(1)
    await made.attempts.end('app', one.id)
    await made.clean()
    await made.stop()
  })

  it('may not touch the tables themselves', async () => {
    await pool.query(grants(role, { schema }))
    for (const statement of [
      `drop table ${schema}.outbox`,
      `alter table ${schema}.outbox add column more text`,
      `create table ${schema}.more (id int)`,
      `insert into ${schema}.migration (version, name) values (99, 'more')`,
    ]) {
      const error = (await fault(own.query(statement))) as unknown as { code: string }
      expect(error.code, statement).to.equal('42501')
    }
  })
})

describeWithDatabase('A store that cannot work', (pool) => {
  const codeOf = async (connection: pg.PoolConfig, options: { schema?: string } = {}) => {
    const own = new pg.Pool({ ...pool.options, max: 1, connectionTimeoutMillis: 2000, ...connection })
    try {
      const error = await postgres({ pool: own, ...options })
        .start()
        .then(
          () => expect.fail('it started'),
          (reason: GuloError) => reason,
        )
      return [error.code, error.retryable]
    } finally {
      await own.end()
    }
  }
  const urlWith = (change: Partial<Pick<URL, 'pathname' | 'username'>>) => ({
    connectionString: Object.assign(new URL(pool.options.connectionString ?? 'postgres://localhost'), change).href,
  })

  it('says that nobody answers, and that this may pass', async () => {
    expect(await codeOf({ connectionString: 'postgres://127.0.0.1:1/none' })).to.deep.equal([
      'POSTGRES_UNREACHABLE',
      true,
    ])
  })

  it('says that there is no such database', async () => {
    expect(await codeOf(urlWith({ pathname: '/gulo_no_such_database' }))).to.deep.equal([
      'POSTGRES_LOGIN_REFUSED',
      false,
    ])
  })

  it('says that there is no such user', async () => {
    expect(await codeOf(urlWith({ username: 'gulo_no_such_user' }))).to.deep.equal(['POSTGRES_LOGIN_REFUSED', false])
  })

  it('says that it is connected to what takes no writes', async () => {
    const schema = uniqueSchema()
    await migrate(pool, { schema })
    const readOnly = { options: '-c default_transaction_read_only=on' }
    expect(await codeOf(readOnly, { schema })).to.deep.equal(['POSTGRES_READ_ONLY', true])
    await pool.query(`drop schema ${schema} cascade`)
  })

  it('says that its pool gives no connection', async () => {
    const own = new pg.Pool({ ...pool.options, max: 1, connectionTimeoutMillis: 100 })
    const held = await own.connect()
    const error = await postgres({ pool: own })
      .unitOfWork.transact(async () => undefined)
      .catch((reason: GuloError) => reason)
    expect((error as GuloError).code).to.equal('POSTGRES_POOL_EXHAUSTED')
    held.release()
    await own.end()
  })
})
