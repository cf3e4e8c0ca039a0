import {
  anyError,
  EventPublisher,
  failurePolicy,
  fixed,
  type MemoryPartition,
  memoryStore,
  memoryTransport,
} from '@gulo/core'
import { expect } from 'chai'
import { OrderPlacedV1, Stage } from '../bad-input/stage.js'

const TYPE = 'ordering.order.placed.v1'
const topics = failurePolicy(anyError().retry(2, fixed(0)).retryTopics([5, 10]).deadLetter())

describe('a service whose policy has retry topics', () => {
  let stage: Stage
  let publisher: EventPublisher
  beforeEach(async () => {
    stage = new Stage()
    publisher = new EventPublisher({ transport: memoryTransport({ broker: stage.broker }), source: 'outside' })
    await publisher.start()
  })
  afterEach(async () => {
    await publisher.stop()
    await stage.close()
  })

  it('handles in the end what fails for a while', async () => {
    let failures = 3
    const done: string[] = []
    const handle = ({ orderId }: OrderPlacedV1) => {
      if (failures-- > 0) throw new Error('not yet')
      done.push(orderId)
    }
    await stage.far(handle, { policy: topics, store: memoryStore() })
    await publisher.publish(OrderPlacedV1.of({ orderId: '1' }))
    await stage.until('handled')
    expect(done).to.deep.equal(['1'])
    expect(stage.of('handled')[0]?.attempt).to.equal(4)
    expect(stage.of('rescheduled').map(({ delayMs }) => delayMs)).to.deep.equal([5, 10])
  })

  it('replays a letter that went through them, to the handler that failed', async () => {
    const store = memoryStore()
    let ill = true
    const service = await stage.far(
      () => {
        if (ill) throw new Error('no')
      },
      { policy: topics, store },
    )
    await publisher.publish(OrderPlacedV1.of({ orderId: '1' }))
    await stage.until('dead-lettered')
    const [letter] = await store.deadLetters.find()
    expect(letter).to.include({ attempts: 4, handler: 'reserve' })
    expect(letter?.message).to.include({ topic: TYPE, partition: 0, offset: '0' })
    ill = false
    expect(await service.replay(letter?.id as string)).to.include({ status: 'replayed' })
    expect(stage.of('handled')).to.have.length(1)
  })

  it('names the topic it first came from where dead letters are topics', async () => {
    await stage.far(() => Promise.reject(new Error('no')), { policy: topics })
    const letters = stage.broker.topic(`${TYPE}.dlq`)
    await publisher.publish(OrderPlacedV1.of({ orderId: '1' }))
    await stage.until('dead-lettered')
    const { headers } = (letters.partitions[0] as MemoryPartition).read(0, 0)
    expect(headers).to.include({
      'dlq-original-topic': TYPE,
      'dlq-original-offset': '0',
      'dlq-attempts': '4',
    })
    expect(headers).to.not.have.any.keys('x-attempt', 'x-retry-at')
  })

  it('says so in words', async () => {
    const service = await stage.far(() => undefined, { policy: topics })
    expect(service.describe().consumes[0]?.policy.at(-1)).to.equal(
      'on any error: 2 attempts in place, waiting 0 ms, then again from retry topics after 5 ms, 10 ms, then dead-letter',
    )
  })
})
