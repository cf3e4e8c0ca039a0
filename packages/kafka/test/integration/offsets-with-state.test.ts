import {
  Contract,
  createService,
  handler,
  IntegrationEvent,
  type MemoryStore,
  type MemoryTransaction,
  memoryStore,
} from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { envelope, testOptions } from '../support/messages.js'
import { describeWithKafka, unique, until } from '../support/real-kafka.js'

const TYPE = 'tests.item.changed.v1'
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

describeWithKafka('Positions that are stored with what handlers do', (brokers) => {
  // With the usual codec, which services read.
  function connect() {
    const { codec: _, ...options } = testOptions(brokers, { redeliveryDelayMs: 50 })
    return kafka(options)
  }

  async function stage(count: number) {
    const topic = unique('with-state')
    const publisher = connect()
    await publisher.start()
    await publisher.ensureTopics([{ topic, partitions: 1 }])
    const publish = (from: number, to: number) =>
      publisher.publish(
        Array.from({ length: to - from }, (_, index) =>
          envelope(topic, `m-${from + index}`, `k-${index % 3}`, { type: TYPE, payload: { number: from + index } }),
        ),
      )
    await publish(0, count)

    @Contract(TYPE, { topic })
    class Item extends IntegrationEvent {
      readonly number!: number
    }
    const store = memoryStore()
    const effects: number[] = []
    /** An instance of the group; its store has no inbox. */
    const start = async (work: (number: number) => unknown = () => undefined, positions = store.positions) => {
      const take = handler(
        Item,
        async ({ number }, context) => {
          ;(context.transaction as MemoryTransaction).write(() => void effects.push(number))
          await work(number)
        },
        { name: 'take' },
      )
      const service = createService({
        name: topic.toLowerCase(),
        handlers: [take],
        transport: connect(),
        startAt: 'earliest',
        store: {
          unitOfWork: store.unitOfWork,
          outbox: store.outbox,
          deadLetters: store.deadLetters,
          positions,
          durable: false,
        },
        offsets: 'with-state',
        logger: quiet,
      })
      await service.start()
      return service
    }
    return { topic, publisher, publish, store, effects, start }
  }

  const upTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, index) => from + index)

  it('let nothing happen twice when the broker has not heard how far the group was', async () => {
    const { topic, publisher, publish, effects, start } = await stage(50)
    const first = await start()
    await until(() => effects.length === 50)
    await first.stop()
    // As if the process had ended between the commit of the database and that to the broker.
    await publisher.moveGroup(first.name, [topic], 'earliest')
    const second = await start()
    await publish(50, 60)
    await until(() => effects.length >= 60)
    await second.stop()
    await publisher.stop()
    expect(effects).to.deep.equal(upTo(60))
  })

  it('are where the group goes on, also when the store was put back to an earlier state', async () => {
    const { effects, start, topic, publisher } = await stage(30)
    const first = await start()
    await until(() => effects.length === 30)
    await first.stop()
    const backup: MemoryStore = memoryStore()
    const place = { group: first.name, topic: topic, partition: 0 }
    const owned = await backup.positions.acquire(place)
    const context = { transaction: undefined as unknown }
    await backup.unitOfWork.run(context as never, () =>
      backup.positions.advance(owned, undefined, '20', context.transaction),
    )
    const second = await start(undefined, backup.positions)
    await until(() => effects.length >= 40)
    await second.stop()
    await publisher.stop()
    expect(effects).to.deep.equal([...upTo(30), ...upTo(30, 20)])
  })

  it('let a member that has lost its partition take no effect, and the next one all', async () => {
    const { effects, start, publisher, store, topic } = await stage(20)
    let release: () => void = () => undefined
    let held = false
    const first = await start(async (number) => {
      if (number !== 10 || held) return
      held = true
      await new Promise<void>((resolve) => {
        release = resolve
      })
    })
    await until(() => held)
    const before = effects.length
    // Another member has been given the partition, and this one has not heard of it: it was asleep, say.
    await store.positions.acquire({ group: first.name, topic, partition: 0 })
    release()
    await first.stop({ deadlineMs: 1000 }).catch(() => undefined)
    expect(effects).to.have.length(before)
    const second = await start()
    await until(() => effects.length >= 20)
    await second.stop()
    await publisher.stop()
    expect(effects).to.deep.equal(upTo(20))
  })

  it('keep effects in order and single while members come and go', async () => {
    const { effects, start, publish, publisher } = await stage(100)
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5))
    const first = await start(pause)
    await until(() => effects.length > 20)
    const second = await start(pause)
    await publish(100, 200)
    await until(() => effects.length > 120)
    await first.stop()
    await until(() => effects.length >= 200)
    await second.stop()
    await publisher.stop()
    expect(effects).to.deep.equal(upTo(200))
  })
})
