import {
  anyError,
  Contract,
  createService,
  EventPublisher,
  failurePolicy,
  handler,
  IntegrationEvent,
  type MessageContext,
  memoryBroker,
  memoryTransport,
  type Service,
  seededRandom,
  sleep,
  systemClock,
} from '@gulo/core'
import { type PostgresTransaction, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'

@Contract('tests.item.changed.v1', { key: 'item' })
class ItemChangedV1 extends IntegrationEvent {
  readonly item!: string
  readonly count!: number
}

const long = process.env['GULO_TEST_LONG'] === '1'
const KEYS = 6
const COUNTS = long ? 200 : 25
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const by = { actor: 'ada', perSecond: 1000 }
const pause = (ms: number) => sleep(systemClock, ms)

describeWithDatabase('Order behind dead letters on PostgreSQL', (pool) => {
  async function scene(seed: number) {
    const { schema, dispose } = await makeStore(pool)
    await pool.query(`create table ${schema}.seen (seq bigint generated always as identity, item text, count int)`)
    const broker = memoryBroker({ partitions: 4 })
    const random = seededRandom(seed)
    const failing = new Set<string>()
    const running = new Set<Service>()
    const handle = async ({ item, count }: ItemChangedV1, context: MessageContext) => {
      const sql = context.transaction as PostgresTransaction
      await sql.query(`insert into ${schema}.seen (item, count) values ($1, $2)`, [item, count])
      if (failing.has(`${item}/${count}`)) throw new Error(`${item} ${count} fails`)
    }
    const start = async () => {
      const service = createService({
        name: 'tests',
        handlers: [handler(ItemChangedV1, handle, { name: 'change' })],
        store: postgres({ pool, schema, logger: quiet }),
        transport: memoryTransport({ broker, redeliveryDelayMs: 5 }),
        policy: failurePolicy(anyError().deadLetter({ keepOrder: true })),
        concurrency: 4,
        logger: quiet,
      })
      running.add(service)
      await service.start()
      return service
    }
    const stop = async (service: Service) => {
      running.delete(service)
      await service.stop()
    }
    const publisher = new EventPublisher({ transport: memoryTransport({ broker }), source: 'tests' })
    await publisher.start()
    const close = async () => {
      await publisher.stop()
      for (const service of running) await stop(service)
      await dispose()
    }
    const seen = async () => {
      const { rows } = await pool.query(`select item, count from ${schema}.seen order by seq`)
      return rows as { item: string; count: number }[]
    }
    const held = async () => {
      const { rows } = await pool.query(`select count(*)::int as held from ${schema}.held_key`)
      return rows[0].held as number
    }
    return { schema, random, failing, running, start, stop, publisher, close, seen, held }
  }

  it('is kept for what came after, also across a restart', async () => {
    const { start, stop, publisher, failing, seen, held, close } = await scene(1)
    const first = await start()
    failing.add('a/2')
    for (const count of [1, 2, 3, 4]) {
      await publisher.publish(ItemChangedV1.of({ item: 'a', count }))
      await publisher.publish(ItemChangedV1.of({ item: 'b', count }))
    }
    while ((await seen()).length < 5 || (await held()) === 0) await pause(10)
    await stop(first)
    const second = await start()
    await publisher.publish(ItemChangedV1.of({ item: 'a', count: 5 }))
    await pause(200)
    const counts = async (item: string) => (await seen()).filter((row) => row.item === item).map(({ count }) => count)
    expect(await counts('a')).to.deep.equal([1])
    expect(await counts('b')).to.deep.equal([1, 2, 3, 4])
    failing.clear()
    await second.deadLetters.replay({}, by)
    while ((await held()) > 0) await pause(10)
    expect(await counts('a')).to.deep.equal([1, 2, 3, 4, 5])
    await close()
  })

  for (const seed of long ? [1, 2, 3, 4, 5] : [1, 2]) {
    it(`is kept while messages arrive, letters are replayed and discarded, and instances come and go (seed ${seed})`, async () => {
      const { random, start, stop, publisher, failing, running, seen, held, close } = await scene(seed)
      for (let key = 0; key < KEYS; key++)
        for (let count = 1; count <= COUNTS; count++) if (random.next() < 0.12) failing.add(`${key}/${count}`)
      await start()
      await start()
      const discarded = new Set<string>()
      let published = false
      const publishing = (async () => {
        for (let count = 1; count <= COUNTS; count++) {
          for (let key = 0; key < KEYS; key++) await publisher.publish(ItemChangedV1.of({ item: String(key), count }))
          if (random.next() < 0.3) await pause(random.next() * 20)
        }
        published = true
      })()
      /** Two operators, who do not know of one another. */
      const operate = async () => {
        for (let quiet = 0; quiet < 5; ) {
          const service = [...running][Math.floor(random.next() * running.size)] as Service
          const { letters } = await service.deadLetters.page({ status: 'new', limit: 5 })
          quiet = letters.length === 0 && published && (await held()) === 0 ? quiet + 1 : 0
          for (const { id, message } of letters) {
            const { item, count } = JSON.parse(new TextDecoder().decode(message.body ?? undefined)) as ItemChangedV1
            if (random.next() < 0.25) {
              const done = await service.deadLetters.discard(id, by).catch(() => 0)
              if (done > 0) discarded.add(`${item}/${count}`)
            } else {
              // Some fail again.
              if (random.next() < 0.8) failing.delete(`${item}/${count}`)
              await service.deadLetters.replay({ id }, by).catch(() => undefined)
            }
          }
          await pause(5 + random.next() * 20)
        }
      }
      const moving = (async () => {
        await pause(300)
        const [first] = running
        await stop(first as Service)
        await pause(100)
        await start()
      })()
      await Promise.all([publishing, operate(), operate(), moving])
      const rows = await seen()
      const handled = new Map<string, number[]>()
      for (const { item, count } of rows) handled.set(item, [...(handled.get(item) ?? []), count])
      const missing: string[] = []
      for (let key = 0; key < KEYS; key++) {
        const counts = handled.get(String(key)) ?? []
        expect(counts, `the order of ${key}`).to.deep.equal([...new Set(counts)].sort((one, other) => one - other))
        for (let count = 1; count <= COUNTS; count++) if (!counts.includes(count)) missing.push(`${key}/${count}`)
      }
      expect(missing.sort()).to.deep.equal([...discarded].sort())
      expect(discarded.size).to.be.above(0)
      await close()
    }).timeout(long ? 120_000 : 30_000)
  }
})
