import { randomBytes } from 'node:crypto'
import { createRuntime, type Envelope, type GuloError, MessageContext } from '@gulo/core'
import { type PgPool, type PostgresStore, PostgresTransaction, postgres, type TransactionRunner } from '@gulo/postgres'
import { expect } from 'chai'
import { drain, event } from '../support/writers.js'

/** A library under test, with a pool of its own of at most two connections. */
interface Library<Client> {
  readonly runner: TransactionRunner
  /** Inserts with the library into `items (id text, body bytea)`, in its transaction. */
  insert(client: Client, id: string, body?: Buffer): Promise<unknown>
  /** Runs a statement without parameters the way of the library; answers its rows. */
  select(client: Client, sql: string): Promise<readonly unknown[]>
  /** Rolls back with the means of the library; without throwing where that can be. */
  rollBack?(client: Client): Promise<unknown>
  close(): Promise<unknown>
}

/** A database with the tables of a store and `items`, both in `schema`. */
export interface Database {
  readonly schema: string
  readonly pool: PgPool
  dispose(): Promise<void>
}

export interface Suite<Client> {
  readonly name: string
  database(): Promise<Database>
  open(database: Database): Promise<Library<Client>>
  /** Why there is nothing to exhaust. */
  readonly withoutPoolLimit?: string
  /** Why no statement is stopped. */
  readonly withoutTimeLimit?: string
  /** Why no two transactions are open at once. */
  readonly withoutConflicts?: string
}

const runtime = createRuntime()

/** What holds for the transactions of every library. */
export function describeLibrary<Client>(suite: Suite<Client>): void {
  describe(`of ${suite.name}`, () => defineTests(suite))
}

function defineTests<Client>(suite: Suite<Client>): void {
  let database: Database
  let library: Library<Client>
  let store: PostgresStore
  let signals = 0

  before(async () => {
    database = await suite.database()
    library = await suite.open(database)
    store = postgres({ pool: database.pool, schema: database.schema, transactions: library.runner })
    store.outbox.onCommit(() => signals++)
  })
  after(async () => {
    await store?.stop()
    await library?.close()
    await database?.dispose()
  })

  const table = () => `${database.schema}.items`
  const ids = async (): Promise<string[]> => {
    const { rows } = await database.pool.query({ text: `select id from ${table()} order by id` })
    return rows.map(({ id }) => id)
  }
  beforeEach(async () => {
    await database.pool.query({ text: `delete from ${table()}` })
    await database.pool.query({ text: `delete from ${database.schema}.outbox` })
    signals = 0
  })

  /** Runs work as that of a handler. */
  function handle<T>(
    work: (client: Client, transaction: PostgresTransaction, context: MessageContext) => Promise<T>,
    by: PostgresStore = store,
  ): Promise<T> {
    const context = new MessageContext(runtime)
    return by.unitOfWork.run(context, () => {
      const transaction = context.transaction as PostgresTransaction
      return work(transaction.client as Client, transaction, context)
    })
  }

  async function nothingStored(): Promise<void> {
    expect(await ids()).to.deep.equal([])
    expect(await drain(store)).to.deep.equal([])
    expect(signals).to.equal(0)
  }

  it('commit state, event, inbox entry and scheduled message together, and tell the relay', async () => {
    const published = event('a')
    const entry = { consumer: `tests of ${suite.name}`, messageId: runtime.newId() }
    const once = () =>
      handle((client, transaction) =>
        store.inbox.once({ ...entry, transaction }, async () => {
          await library.insert(client, 'a')
          await store.outbox.publish([published], { transaction })
          await store.schedule.at(scheduled(), { transaction })
          expect(signals, 'before the commit').to.equal(0)
        }),
      )
    expect([await once(), await once()]).to.deep.equal(['done', 'duplicate'])
    expect(await ids()).to.deep.equal(['a'])
    expect(signals).to.equal(1)
    expect(await drain(store)).to.deep.equal([published.id])
    expect(await handle((_, transaction) => store.schedule.cancel('key?', { transaction }))).to.equal(true)
    expect(await store.schedule.cancel('key?')).to.equal(false)
  })

  it('enter many messages at once, and find those that are known', async () => {
    const messages = ['a', 'b', 'a'].map((messageId) => ({ consumer: `many of ${suite.name}`, messageId }))
    const enter = () =>
      handle(async (_, transaction) => {
        let news: readonly boolean[] = []
        await store.inbox.onceEach(messages, transaction, async (isNew) => {
          news = isNew
          return messages.length
        })
        return news
      })
    expect(await enter()).to.deep.equal([true, true, false])
    expect(await enter()).to.deep.equal([false, false, false])
  })

  it('take everything back when the work throws, and pass its error on', async () => {
    const entry = { consumer: `tests of ${suite.name}`, messageId: runtime.newId() }
    const wrong = new Error('changed my mind')
    const work = handle((client, transaction) =>
      store.inbox.once({ ...entry, transaction }, async () => {
        await library.insert(client, 'a')
        await store.outbox.publish([event('a')], { transaction })
        await store.schedule.at(scheduled(), { transaction })
        throw wrong
      }),
    )
    expect(await failure(work)).to.equal(wrong)
    await nothingStored()
    expect(await store.inbox.once(entry, async () => undefined)).to.equal('done')
    const { rows } = await database.pool.query({ text: `select id from ${database.schema}.scheduled` })
    expect(rows).to.deep.equal([])
  })

  it('store nothing and say so when the work has rolled back by itself', async () => {
    const work = handle(async (client, transaction) => {
      await library.insert(client, 'a')
      await store.outbox.publish([event('a')], { transaction })
      if (library.rollBack === undefined) await transaction.query('rollback')
      else await library.rollBack(client)
    })
    const error = await failure(work)
    if (library.rollBack === undefined || (error as GuloError).code !== undefined)
      expect((error as GuloError).code).to.equal('POSTGRES_TRANSACTION_LOST')
    await nothingStored()
  })

  it('are an error when a statement failed and was caught, for the server commits nothing then', async () => {
    const work = handle(async (client) => {
      await library.insert(client, 'a')
      await library.select(client, 'select 1 / 0').catch(() => undefined)
    })
    expect(await failure(work)).to.be.instanceOf(Error)
    await nothingStored()
  })

  it('are an error when the commit is refused', async () => {
    const work = handle(async (client, transaction) => {
      await library.insert(client, 'a')
      await library.insert(client, 'a')
      await store.outbox.publish([event('a')], { transaction })
    })
    expect(await failure(work)).to.include({ code: 'POSTGRES_COMMIT_FAILED' })
    await nothingStored()
  })

  it('are joined by work inside of the work', async () => {
    await handle(async (client, outer, context) => {
      await library.insert(client, 'a')
      await store.unitOfWork.run(context, async () => {
        expect(context.transaction).to.equal(outer)
        await library.insert(outer.client as Client, 'b')
      })
    })
    expect(await ids()).to.deep.equal(['a', 'b'])
  })

  it('go on behind a savepoint, without what was done and published in it', async () => {
    const [before, within, after] = [event('a'), event('a'), event('a')]
    await handle(async (client, transaction) => {
      await library.insert(client, 'a')
      await store.outbox.publish([before], { transaction })
      const failing = transaction.savepoint(async (inner) => {
        await library.insert(inner as Client, 'b')
        await store.outbox.publish([within], { transaction })
        await library.select(inner as Client, 'select 1 / 0')
      })
      expect(await failure(failing)).to.be.instanceOf(Error)
      await transaction.savepoint(async (inner) => {
        await library.insert(inner as Client, 'c')
        await store.outbox.publish([after], { transaction })
      })
    })
    expect(await ids()).to.deep.equal(['a', 'c'])
    expect(await drain(store)).to.deep.equal([before.id, after.id])
  })

  for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
    it(`have the isolation level ${isolation} when that is wanted`, async () => {
      const rows = await store.outbox.transaction(
        library.runner,
        (transaction) =>
          library.select(transaction.client as Client, `select current_setting('transaction_isolation') as level`),
        { isolation },
      )
      expect(rows).to.deep.equal([{ level: isolation }])
    })
  }

  it(`run again after a serialization conflict${because(suite.withoutConflicts)}`, async function () {
    if (suite.withoutConflicts) this.skip()
    const strict = postgres({
      pool: database.pool,
      schema: database.schema,
      transactions: library.runner,
      isolation: 'serializable',
    })
    let runs = 0
    const both = gate(2)
    // Each reads what the other writes.
    const work = (id: string) =>
      handle(async (client, transaction) => {
        await library.select(client, `select count(*)::int from ${table()}`)
        if (++runs <= 2) await both()
        await library.insert(client, id)
        await store.outbox.publish([event(id)], { transaction })
      }, strict)
    await Promise.all([work('a'), work('b')])
    expect(runs).to.be.at.least(3)
    expect(await ids()).to.deep.equal(['a', 'b'])
    expect(await drain(store)).to.have.length(2)
  })

  it(`survive the time limit of a statement${because(suite.withoutTimeLimit)}`, async function () {
    if (suite.withoutTimeLimit) this.skip()
    const work = handle(async (client) => {
      await library.insert(client, 'a')
      await library.select(client, `set local statement_timeout = '20ms'`)
      await library.select(client, 'select 1 as one from pg_sleep(5)')
    })
    const error = (await failure(work)) as Error
    expect(`${error} ${error.cause}`).to.match(/statement timeout|57014/)
    await nothingStored()
    await handle((client) => library.insert(client, 'b'))
    expect(await ids()).to.deep.equal(['b'])
  })

  it(`say so when no connection becomes free${because(suite.withoutPoolLimit)}`, async function () {
    if (suite.withoutPoolLimit) this.skip()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const all = gate(3)
    const holding = [0, 1].map(() =>
      handle(async (client) => {
        await library.select(client, 'select 1')
        await all()
        await held
      }),
    )
    await all()
    const error = await failure(handle(async () => undefined))
    release()
    await Promise.all(holding)
    expect(error).to.include({ code: 'POSTGRES_POOL_EXHAUSTED', retryable: true })
    await handle((client) => library.insert(client, 'a'))
    expect(await ids()).to.deep.equal(['a'])
  })

  it('store bytes as they are, of states and of events', async () => {
    const body = Buffer.concat([Buffer.from([0, 255, 0x5c, 0x27, 0x3f, 0x24, 0x31, 0xc3, 0x28]), randomBytes(500)])
    // A view into something longer, as clients give it.
    const payload = new Uint8Array(Buffer.concat([body, body])).subarray(body.length)
    const published: Envelope = { ...event('a'), payload, contentType: 'application/octet-stream' }
    await handle(async (client, transaction) => {
      await library.insert(client, 'a', body)
      await store.outbox.publish([published], { transaction })
    })
    const { rows } = await database.pool.query({ text: `select body from ${table()}` })
    expect(Buffer.from(rows[0].body).equals(body)).to.equal(true)
    const [entry] = await store.outbox.claim(10)
    expect(Buffer.from(entry?.envelope.payload as Uint8Array).equals(body)).to.equal(true)
    if (entry) await store.outbox.settle([entry])
  })

  it('write a thousand events before one commit, in order', async () => {
    const events = Array.from({ length: 1000 }, (_, index) => ({ ...event('a'), headers: { index: `${index}?$1'"` } }))
    await handle((_, transaction) => store.outbox.publish(events, { transaction }))
    expect(await drain(store, 500)).to.deep.equal(events.map(({ id }) => id))
  })

  it('take parameters of every kind, and give columns by their own names', async () => {
    const uuids = [runtime.newId(), runtime.newId()]
    const text = `question? 'quoted' "named" $1 \\ ü 漢`
    const { rows, rowCount } = await handle((_, transaction) =>
      transaction.query(
        `select '$1 ?' as "literal_text", $1::text as plain_text, $2::text[]::uuid[]::text as uuid_list,
           $3::text::jsonb->>'a' as from_json, $4::bigint::text as big_number, $5::double precision as a_double,
           $6::text is null as nothing, $7::smallint[]::text as small_list, $8::boolean as truth /* $9 ? */`,
        [text, uuids, '{"a": "?"}', '9007199254740993', 1.5, null, [1, -2], true],
      ),
    )
    expect(rowCount).to.equal(1)
    expect(rows).to.deep.equal([
      {
        literal_text: '$1 ?',
        plain_text: text,
        uuid_list: `{${uuids.join()}}`,
        from_json: '?',
        big_number: '9007199254740993',
        a_double: 1.5,
        nothing: true,
        small_list: '{1,-2}',
        truth: true,
      },
    ])
  })

  it('count the rows of inserts, updates and deletes, with and without rows to return', async () => {
    const counts = await handle(async (_, transaction) => {
      const count = async (sql: string, ...values: unknown[]) => (await transaction.query(sql, values)).rowCount
      return [
        await count(`insert into ${table()} (id) select 'a' || n from generate_series(1, 3) n`),
        await count(`update ${table()} set body = $2::bytea where id <> $1::text`, 'a1', Buffer.from('b')),
        await count(`delete from ${table()} where id = $1::text returning id`, 'a2'),
        await count(`with gone as (delete from ${table()} returning id)
          insert into ${table()} (id) select 'b' || id from gone`),
        await count(`insert into ${table()} (id) values ('x'), ('y') returning id`),
        await count(`select id from ${table()}`),
        await count(`delete from ${table()} where id = 'none'`),
      ]
    })
    expect(counts).to.deep.equal([3, 2, 1, 2, 2, 4, 0])
  })

  it('can be taken part in by whoever runs them, who flushes and tells the end', async () => {
    const published = event('a')
    let enlisted: PostgresTransaction | undefined
    await library.runner.run('read committed', async (executor, client) => {
      enlisted = store.outbox.enlist(executor, client)
      await library.insert(client as Client, 'a')
      await store.outbox.publish([published], { transaction: enlisted })
      await enlisted.flush()
    })
    enlisted?.end(true)
    expect(signals).to.equal(1)
    expect(await drain(store)).to.deep.equal([published.id])
  })

  it('can be begun by the application, with events from outside of handlers', async () => {
    const published = event('a')
    const value = await store.outbox.transaction(library.runner, async (transaction) => {
      await library.insert(transaction.client as Client, 'a')
      await store.outbox.publish([published], { transaction })
      return 'value'
    })
    expect(value).to.equal('value')
    expect(signals).to.equal(1)
    expect(await drain(store)).to.deep.equal([published.id])
  })
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : ` [skipped: ${reason}]`
}

function scheduled() {
  return { id: runtime.newId(), dueAtMs: 1e12, cancelKey: 'key?', work: { kind: 'test' } as never }
}

/** Lets nobody pass before so many have come. */
function gate(wanted: number): () => Promise<void> {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let come = 0
  return () => {
    if (++come === wanted) open()
    return opened
  }
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  )
}
