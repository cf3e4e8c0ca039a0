import {
  anyError,
  Consumer,
  Contract,
  cloudEventsBinary,
  decode,
  EventPublisher,
  failurePolicy,
  fixed,
  IntegrationEvent,
  type ReceivedMessage,
  type Signal,
} from '@gulo/core'
import { expect } from 'chai'
import { subscriptionOf } from '../support/messages.js'
import { describeWithKafka, startKafka, unique, until } from '../support/real-kafka.js'

@Contract('test.item.changed.v1', { key: 'item' })
class ItemChangedV1 extends IntegrationEvent {
  readonly item!: string
}

describeWithKafka('Retry topics on Kafka', (brokers) => {
  let signals: Signal[]
  const of = (kind: Signal['kind']) => signals.filter((signal) => signal.kind === kind)
  beforeEach(() => {
    signals = []
  })

  const consume = async (topic: string, group: string, handle: (attempt: number, item: string) => void) => {
    const transport = await startKafka(brokers, { codec: cloudEventsBinary })
    const consumer = new Consumer({
      transport,
      group,
      topics: () => topic,
      policy: failurePolicy(anyError().retry(2, fixed(1)).retryTopics(['1s', '2s']).deadLetter()),
      observers: [(signal) => void signals.push(signal)],
    })
    consumer.handle(ItemChangedV1, ({ item }, { attempt }) => handle(attempt, item), { name: 'store' })
    await consumer.start()
    const publisher = new EventPublisher({ transport, source: 'tests', topics: () => topic })
    const stop = async () => {
      await consumer.stop()
      await transport.stop()
    }
    return { transport, stop, publish: (item: string) => publisher.publish(ItemChangedV1.of({ item })) }
  }

  it('let a message be handled in the end that fails for a while, and others of its key meanwhile', async () => {
    const seen: string[] = []
    let ill = true
    const { stop, publish } = await consume(unique('items'), unique('group'), (attempt, item) => {
      seen.push(`${item} ${attempt}`)
      if (ill && attempt < 4) throw new Error('not yet')
    })
    await publish('a')
    await until(() => of('rescheduled').length === 1)
    ill = false
    await publish('a')
    await until(() => of('handled').length === 1)
    expect(seen).to.deep.equal(['a 1', 'a 2', 'a 1'])
    await until(() => of('handled').length === 2)
    await stop()
    expect(seen).to.deep.equal(['a 1', 'a 2', 'a 1', 'a 3'])
  })

  it('end in the dead letters, under the place the message first came from', async () => {
    const topic = unique('items')
    const { transport, stop, publish } = await consume(topic, unique('group'), () => {
      throw new Error('never')
    })
    const letters: ReceivedMessage[] = []
    await transport.subscribe(subscriptionOf(`${topic}.dlq`, unique('reader'), (letter) => void letters.push(letter)))
    await publish('a')
    await until(() => letters.length === 1)
    await stop()
    const [{ headers, key }] = letters as [ReceivedMessage]
    const text = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    expect(text).to.include({ 'dlq-original-topic': topic, 'dlq-original-offset': '0', 'dlq-attempts': '4' })
    expect(text).to.not.have.any.keys('x-attempt', 'x-retry-at')
    expect([key, decode(letters[0] as ReceivedMessage).payload]).to.deep.equal(['a', { item: 'a' }])
  })

  it('keep a message that waits when its consumer stops, for the next one', async () => {
    const [topic, group] = [unique('items'), unique('group')]
    const first = await consume(topic, group, () => {
      throw new Error('not yet')
    })
    await first.publish('a')
    await until(() => of('rescheduled').length === 1)
    await first.stop()
    const attempts: number[] = []
    const { stop } = await consume(topic, group, (attempt) => void attempts.push(attempt))
    await until(() => of('handled').length === 1)
    await stop()
    expect(attempts).to.deep.equal([3])
  })
})
