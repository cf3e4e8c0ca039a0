import type { Envelope, Outbox, OutboxEntry } from '@gulo/core'
import { type PostgresStore, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import pg from 'pg'
import { Database } from '../dist/outbox/database.js'
import { WRITING } from '../dist/outbox/protocol.js'
import { ownTransaction } from '../dist/outbox/unguarded/own-transaction.js'
import { SeqCursorOutbox } from '../dist/outbox/unguarded/seq-cursor-outbox.js'
import { SkipLockedOutbox } from '../dist/outbox/unguarded/skip-locked-outbox.js'
import { describeWith } from './support/missing.js'

let made = 0

function event(key: string): Envelope {
  made += 1
  const id = `00000000-0000-7000-8000-${String(made).padStart(12, '0')}`
  return { id, type: 'tests.a.b.v1', source: 'tests', topic: 'tests.a.b.v1', payload: { made }, partitionKey: key }
}

const ids = (entries: readonly OutboxEntry[]) => entries.map(({ envelope }) => envelope.id)

/** What a relay comes to send, until it finds nothing. */
async function sent(outbox: Outbox): Promise<string[]> {
  const all: string[] = []
  for (let entries = await outbox.claim(100); entries.length > 0; entries = await outbox.claim(100)) {
    all.push(...ids(entries))
    await outbox.settle(entries)
  }
  return all
}

await describeWith('postgres', 'Relays of the usual kinds beside ours', function () {
  this.timeout(60_000)
  let database: Database
  let pool: pg.Pool
  let store: PostgresStore

  before(async () => {
    database = await Database.start()
    pool = new pg.Pool({ connectionString: database.address })
    pool.on('error', () => undefined)
  })
  after(async () => {
    // A relay that leads keeps its connection: that ends with the server.
    void pool?.end()
    await database?.close()
  })
  beforeEach(async () => {
    await pool.query(`truncate ${WRITING}.outbox; update faults.passed set seq = 0`)
    store = postgres({ pool, schema: WRITING })
  })
  afterEach(() => store.stop())

  function keep(...events: readonly Envelope[]): Promise<void> {
    return store.unitOfWork.transact((transaction) => store.outbox.publish(events, { transaction }))
  }

  /** An event whose transaction has its number and is still open while a relay sends a later one. */
  async function sentAroundLate(outbox: Outbox): Promise<{ readonly late: string; readonly sent: readonly string[] }> {
    const late = event('late')
    const client = await pool.connect()
    await client.query('begin')
    const transaction = store.unitOfWork.enlist({
      query: async (statement, values = []) => {
        const text = typeof statement === 'string' ? statement : statement.text
        const { rows, rowCount } = await client.query(text, [...values])
        return { rows, rowCount: rowCount ?? 0 }
      },
    })
    await store.outbox.publish([late], { transaction })
    await transaction.flush()
    await keep(event('other'))
    const first = await sent(outbox)
    await client.query('commit')
    transaction.end(true)
    client.release()
    return { late: late.id, sent: [...first, ...(await sent(outbox))] }
  }

  /** Two events of a key, sent by two relays of which the second is faster. */
  async function sentByTwo(one: Outbox, two: Outbox): Promise<readonly string[]> {
    await Promise.all([one.claim(1), two.claim(1)])
    const events = [event('key'), event('key')]
    await keep(...events)
    const [slow, fast] = [await one.claim(1), await two.claim(1)]
    await two.settle(fast)
    await one.settle(slow)
    const order = [...ids(fast), ...ids(slow), ...(await sent(two)), ...(await sent(one))]
    expect([...order].sort()).to.deep.equal(events.map(({ id }) => id))
    return order.map((id) => (id === events[0]?.id ? 'first' : 'second'))
  }

  it('send what a slow transaction commits late, or lose it by reading on from the last number', async () => {
    const guarded = await sentAroundLate(store.outbox)
    expect(guarded.sent).to.include(guarded.late)
    await pool.query(`truncate ${WRITING}.outbox`)
    const naive = await sentAroundLate(new SeqCursorOutbox(store.outbox, pool))
    expect(naive.sent).to.have.length(1).and.not.include(naive.late)
  })

  it('keep the order of a key, or lose it by taking whatever nobody has locked', async () => {
    const other = postgres({ pool, schema: WRITING })
    expect(await sentByTwo(store.outbox, other.outbox)).to.deep.equal(['first', 'second'])
    await other.stop()
    const naive = () => new SkipLockedOutbox(store.outbox, pool)
    expect(await sentByTwo(naive(), naive())).to.deep.equal(['second', 'first'])
  })

  it('send only what was committed, or what never happened when events have a transaction of their own', async () => {
    const attempt = async (outbox: Outbox) => {
      const rolledBack = store.unitOfWork.transact(async (transaction) => {
        await outbox.publish([event('ghost')], { transaction })
        throw new Error('changed its mind')
      })
      await rolledBack.catch(() => undefined)
      return (await sent(store.outbox)).length
    }
    expect(await attempt(store.outbox)).to.equal(0)
    expect(await attempt(ownTransaction(store))).to.equal(1)
  })
})
