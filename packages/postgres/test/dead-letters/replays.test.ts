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
  type ServiceOptions,
  sleep,
  systemClock,
} from '@gulo/core'
import { type PostgresTransaction, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'

@Contract('tests.item.counted.v1', { key: 'item' })
class ItemCountedV1 extends IntegrationEvent {
  readonly item!: string
}

const by = { actor: 'ada', perSecond: 1000 }
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

describeWithDatabase('Replays from PostgreSQL', (pool) => {
  async function scene(count: number) {
    const { schema, dispose } = await makeStore(pool)
    await pool.query(`create table ${schema}.effect (item text)`)
    const broker = memoryBroker()
    const state = { broken: true, handled: 0 }
    const services: Service[] = []
    const handle = async ({ item }: ItemCountedV1, context: MessageContext) => {
      if (state.broken) throw new Error('broken')
      state.handled += 1
      const sql = context.transaction as PostgresTransaction | undefined
      const insert = `insert into ${schema}.effect values ($1)`
      await (sql === undefined ? pool.query(insert, [item]) : sql.query(insert, [item]))
    }
    const start = async (store: NonNullable<ServiceOptions['store']>) => {
      const service = createService({
        name: 'tests',
        handlers: [handler(ItemCountedV1, handle, { name: 'count' })],
        store,
        transport: memoryTransport({ broker }),
        policy: failurePolicy(anyError().deadLetter()),
        concurrency: 3,
        logger: quiet,
      })
      services.push(service)
      return service.start()
    }
    const letters = async (service: Service) => {
      const publisher = new EventPublisher({ transport: memoryTransport({ broker }), source: 'tests' })
      await publisher.start()
      for (let item = 1; item <= count; item++) await publisher.publish(ItemCountedV1.of({ item: String(item) }))
      while ((await service.deadLetters.count()).new < count) await sleep(systemClock, 10)
      await publisher.stop()
      state.broken = false
    }
    const close = async () => {
      for (const service of services) await service.stop()
      await dispose()
    }
    const effects = async () => (await pool.query(`select item from ${schema}.effect`)).rows.length
    return { schema, state, start, letters, close, effects }
  }

  it('give each letter to its handler once for two operators, even without an inbox', async () => {
    const { schema, state, start, letters, close, effects } = await scene(60)
    const bare = () => {
      const { deadLetters } = postgres({ pool, schema })
      return { deadLetters }
    }
    const [one, two] = [await start(bare()), await start(bare())]
    await letters(one)
    const reports = await Promise.all([one.deadLetters.replay({}, by), two.deadLetters.replay({}, by)])
    expect(reports.map(({ replayed }) => replayed).reduce((sum, each) => sum + each)).to.equal(60)
    expect(state.handled).to.equal(60)
    expect(await effects()).to.equal(60)
    await close()
  })

  it('take effect once when an operator is lost between the commit of the handler and the mark', async () => {
    const { schema, state, start, letters, close, effects } = await scene(5)
    const lost = postgres({ pool, schema })
    const [one, two] = [await start(lost), await start(postgres({ pool, schema }))]
    await letters(one)
    Object.assign(lost.deadLetters, { settle: () => Promise.reject(new Error('lost')) })
    expect(await one.deadLetters.replay({}, by)).to.include({ replayed: 0, failed: 5 })
    expect(await effects()).to.equal(5)
    expect(await two.deadLetters.replay({}, by)).to.include({ replayed: 0 })
    await pool.query(`update ${schema}.dead_letter set claimed_until = clock_timestamp() - interval '1 second'`)
    expect(await two.deadLetters.replay({}, by)).to.include({ replayed: 5, failed: 0 })
    expect(await effects()).to.equal(5)
    expect(state.handled).to.equal(5)
    expect(await two.deadLetters.count()).to.include({ new: 0, replaying: 0, replayed: 5 })
    await close()
  })
})
