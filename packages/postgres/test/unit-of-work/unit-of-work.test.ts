import { createRuntime, GuloError, MessageContext } from '@gulo/core'
import { type PostgresTransaction, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import pg from 'pg'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { event, openTransaction } from '../support/writers.js'

const runtime = createRuntime()

async function failure(work: Promise<unknown>): Promise<GuloError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).to.be.instanceOf(Error)
  return error as GuloError
}

describeWithDatabase('A unit of work on PostgreSQL', (pool) => {
  it('is an error when a statement failed and was caught, for the server commits nothing then', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const context = new MessageContext(runtime)
    const work = store.unitOfWork.run(context, async () => {
      const transaction = context.transaction as PostgresTransaction
      await store.outbox.publish([], { transaction })
      await transaction.query('select 1 / 0').catch(() => undefined)
    })
    const error = await failure(work)
    expect(error).to.include({ code: 'POSTGRES_COMMIT_FAILED', retryable: false })
    const { rows } = await pool.query(`select count(*)::int as stored from ${schema}.outbox`)
    expect(rows[0].stored).to.equal(0)
    await dispose()
  })

  it('runs again after a conflict with another transaction', async () => {
    const { store, schema, dispose } = await makeStore(pool, { isolation: 'serializable' })
    await pool.query(
      `create table ${schema}.counter (id int primary key, value int); insert into ${schema}.counter values (1, 0)`,
    )
    const add = async () => {
      const context = new MessageContext(runtime)
      await store.unitOfWork.run(context, async () => {
        const transaction = context.transaction as PostgresTransaction
        const { rows } = await transaction.query<{ value: number }>(`select value from ${schema}.counter where id = 1`)
        await transaction.query(`update ${schema}.counter set value = $1::int where id = 1`, [
          (rows[0]?.value ?? 0) + 1,
        ])
      })
    }
    await Promise.all([add(), add(), add()])
    const { rows } = await pool.query(`select value from ${schema}.counter`)
    expect(rows[0].value).to.equal(3)
    await dispose()
  })

  it('runs again after a deadlock', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    await pool.query(`create table ${schema}.counter (id int primary key, value int)`)
    await pool.query(`insert into ${schema}.counter values (1, 0), (2, 0)`)
    let locked = 0
    let bothLocked = () => {}
    const both = new Promise<void>((resolve) => {
      bothLocked = resolve
    })
    const work = (first: number, second: number) => {
      const context = new MessageContext(runtime)
      return store.unitOfWork.run(context, async () => {
        const add = (id: number) =>
          (context.transaction as PostgresTransaction).query(
            `update ${schema}.counter set value = value + 1 where id = $1::int`,
            [id],
          )
        await add(first)
        if (++locked === 2) bothLocked()
        await both
        await add(second)
      })
    }
    await Promise.all([work(1, 2), work(2, 1)])
    expect(locked).to.be.at.least(3)
    const { rows } = await pool.query(`select value from ${schema}.counter`)
    expect(rows).to.deep.equal([{ value: 2 }, { value: 2 }])
    await dispose()
  })

  it('gives up a conflict after as many tries as it is told', async () => {
    const { store, dispose } = await makeStore(pool, { conflictRetries: 2 })
    let tries = 0
    const work = store.unitOfWork.run(new MessageContext(runtime), () => {
      tries++
      return Promise.reject(Object.assign(new Error('conflict'), { code: '40001' }))
    })
    expect((await failure(work)).message).to.equal('conflict')
    expect(tries).to.equal(3)
    await dispose()
  })

  it('writes events as the last statement, in the order in which they were published', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const [first, second] = [event('a'), event('b')]
    const context = new MessageContext(runtime)
    await store.unitOfWork.run(context, async () => {
      const transaction = context.transaction as PostgresTransaction
      await store.outbox.publish([first], { transaction })
      const { rows } = await transaction.query(`select id from ${schema}.outbox`)
      expect(rows, 'before the commit').to.deep.equal([])
      await store.outbox.publish([second], { transaction })
    })
    const { rows } = await pool.query(`select id from ${schema}.outbox order by seq`)
    expect(rows.map(({ id }) => id)).to.deep.equal([first.id, second.id])
    await dispose()
  })

  it('refuses statements once it has ended', async () => {
    const { store, dispose } = await makeStore(pool)
    const open = await openTransaction(store)
    await open.commit()
    expect(await failure(open.transaction.query('select 1'))).to.include({ code: 'POSTGRES_TRANSACTION_ENDED' })
    await dispose()
  })

  it('cannot commit after the work of an inbox entry has failed, whoever caught that', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const wrong = new Error('wrong')
    const work = store.unitOfWork.transact(async (transaction) => {
      const entry = { consumer: 'tests', messageId: runtime.newId(), transaction }
      await store.inbox.once(entry, () => Promise.reject(wrong)).catch(() => undefined)
    })
    expect(await failure(work)).to.equal(wrong)
    const { rows } = await pool.query(`select count(*)::int as entries from ${schema}.inbox`)
    expect(rows[0].entries).to.equal(0)
    await dispose()
  })

  it('says that the outcome is unknown when the connection breaks at the commit', async () => {
    const { store, dispose } = await makeStore(pool)
    const work = store.unitOfWork.transact(async (transaction) => {
      const { rows } = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid')
      const broken = new Promise((resolve) => (transaction.client as pg.PoolClient).once('end', resolve))
      await pool.query('select pg_terminate_backend($1::int)', [rows[0]?.pid])
      // Nobody here listens for its error: the process has to survive that.
      await broken
    })
    expect((await failure(work)).code).to.be.oneOf(['POSTGRES_COMMIT_UNKNOWN', 'POSTGRES_COMMIT_FAILED'])
    await dispose()
  })

  it('outlives the loss of idle connections while the store runs, and says so', async () => {
    const own = new pg.Pool({ ...pool.options, max: 2, application_name: 'gulo-idle-test' })
    const warnings: string[] = []
    const quiet = () => undefined
    const logger = { debug: quiet, info: quiet, error: quiet, warn: (text: string) => void warnings.push(text) }
    const { store, dispose } = await makeStore(own, { logger })
    await store.start()
    await own.query('select 1')
    const closed = new Promise((resolve) => own.once('remove', resolve))
    await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gulo-idle-test'`)
    await closed
    expect(warnings.join()).to.match(/an idle connection was lost/)
    await store.unitOfWork.transact((transaction) => transaction.query('select 1'))
    await dispose()
    await own.end()
  })

  it('says what cannot be reached', async () => {
    const away = new pg.Pool({ host: '127.0.0.1', port: 1, user: 'nobody' })
    const store = postgres({ pool: away })
    const error = await failure(store.start())
    expect(error).to.include({ code: 'POSTGRES_UNREACHABLE', retryable: true })
    expect(await failure(store.unitOfWork.run(new MessageContext(runtime), async () => undefined))).to.include({
      code: 'POSTGRES_UNREACHABLE',
    })
    await away.end()
  })

  it('keeps the connections of the pool, however its work ends', async () => {
    const small = new pg.Pool({ ...pool.options, max: 1 })
    const store = postgres({ pool: small })
    for (let round = 0; round < 5; round++) {
      await store.unitOfWork.run(new MessageContext(runtime), async () => undefined)
      await failure(store.unitOfWork.run(new MessageContext(runtime), () => Promise.reject(new Error('wrong'))))
    }
    expect(small.idleCount).to.equal(1)
    await small.end()
  })
})
