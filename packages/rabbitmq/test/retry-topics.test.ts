import {
  anyError,
  Consumer,
  Contract,
  EventPublisher,
  failurePolicy,
  fixed,
  IntegrationEvent,
  type Signal,
} from '@gulo/core'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { Scene, until } from './support/scene.js'

describeWithBroker('Retry topics on RabbitMQ', (url) => {
  let scene: Scene
  let signals: Signal[]
  const of = (kind: Signal['kind']) => signals.filter((signal) => signal.kind === kind)
  beforeEach(() => {
    scene = new Scene(url, {})
    signals = []
  })
  afterEach(() => scene.close())

  const consume = async (handle: (attempt: number) => void) => {
    @Contract(scene.type)
    class ItemChanged extends IntegrationEvent {
      readonly item!: string
    }
    const [group, transport] = [scene.domain, await scene.start()]
    for (const topic of [`${scene.type}.retry.${group}.1`, `${scene.type}.retry.${group}.2`, `${scene.type}.dlq`])
      scene.willDelete(topic)
    scene.willDelete(`${group}.events.normal`)
    const policy = failurePolicy(anyError().retry(2, fixed(1)).retryTopics(['200ms', '300ms']).deadLetter())
    const observers = [(signal: Signal) => void signals.push(signal)]
    const consumer = new Consumer({ transport, group, policy, observers })
    consumer.handle(ItemChanged, (_, { attempt }) => handle(attempt), { name: 'store' })
    await consumer.start()
    const publisher = new EventPublisher({ transport, source: 'tests' })
    return { consumer, publish: (item: string) => publisher.publish(ItemChanged.of({ item })) }
  }

  it('let a message be handled in the end that fails for a while', async () => {
    const attempts: number[] = []
    const { consumer, publish } = await consume((attempt) => {
      attempts.push(attempt)
      if (attempt < 4) throw new Error('not yet')
    })
    await publish('a')
    await until(() => of('handled').length === 1)
    await consumer.stop()
    expect(attempts).to.deep.equal([1, 2, 3, 4])
    expect(of('rescheduled')).to.have.length(2)
  })

  it('end in the dead letters, under the topic the message first came from', async () => {
    const { consumer, publish } = await consume(() => {
      throw new Error('never')
    })
    await publish('a')
    await until(() => of('dead-lettered').length === 1)
    await consumer.stop()
    const letter = await scene.atBroker((channel) => channel.get(`${scene.type}.dlq`, { noAck: true }))
    if (letter === false) throw new Error('no dead letter')
    expect(letter.properties.headers).to.include({ 'dlq-original-topic': scene.type, 'dlq-attempts': '4' })
    expect(letter.properties.headers).to.not.have.any.keys('x-attempt', 'x-retry-at')
  })

  it('keep a message that waits when its consumer stops, for the next one', async () => {
    const first = await consume(() => {
      throw new Error('not yet')
    })
    await first.publish('a')
    await until(() => of('rescheduled').length === 1)
    await first.consumer.stop()
    const attempts: number[] = []
    const { consumer } = await consume((attempt) => void attempts.push(attempt))
    await until(() => of('handled').length === 1)
    await consumer.stop()
    expect(attempts).to.deep.equal([3])
  })
})
