import type { GuloError, Logger } from '@gulo/core'
import { type KafkaOptions, kafka, type TopicRequest } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime } from '../support/manual-clock.js'
import { testOptions } from '../support/messages.js'

function create(options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  const { clock, runtime } = manualRuntime()
  const warnings: string[] = []
  const logger: Logger = {
    info: () => undefined,
    warn: (text) => void warnings.push(text),
    error: () => undefined,
  }
  const transport = kafka(testOptions(['localhost:9092'], { runtime, logger, client: () => client, ...options }))
  return { client, clock, transport, warnings }
}

async function start(options: Partial<KafkaOptions> = {}) {
  const made = create(options)
  await made.transport.start()
  const ensure = async (...requests: (string | TopicRequest)[]) => {
    const [reports] = await Promise.all([made.transport.ensureTopics(requests), made.clock.advance(1000)])
    return reports
  }
  return { ...made, ensure }
}

const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )

describe('Making sure of topics', () => {
  it('creates those that are missing, each as it is asked for', async () => {
    const { client, ensure } = await start({ ensureTopics: { partitions: 2, configs: { 'retention.ms': '1000' } } })
    const own = { topic: 'b', partitions: 5, configs: { 'cleanup.policy': 'compact' } }
    expect(await ensure('a', own)).to.deep.equal([
      { topic: 'a', outcome: 'created', partitions: 2, differences: [] },
      { topic: 'b', outcome: 'created', partitions: 5, differences: [] },
    ])
    expect(client.configs.get('b')).to.deep.equal({ 'retention.ms': '1000', 'cleanup.policy': 'compact' })
  })

  it('waits until every broker knows them', async () => {
    const { client, ensure } = await start()
    client.spreadAfter = 2
    await ensure('a')
    expect(client.spreadQuestions).to.equal(3)
  })

  it('refuses to take partitions away before it changes anything', async () => {
    const { client, ensure } = await start()
    client.topics.set('t', [1, 1, 1])
    const error = await failureOf(ensure('new', { topic: 't', partitions: 2 }))
    expect([error.code, error.details['found'], error.details['asked']]).to.deep.equal(['KAFKA_TOPIC_SHRINKS', 3, 2])
    expect(client.created).to.deep.equal([])
  })

  it('adds partitions where that is allowed, and warns that keys move', async () => {
    const { client, ensure, warnings } = await start()
    client.topics.set('t', [1])
    const [report] = await ensure({ topic: 't', partitions: 3, grow: true })
    expect(report).to.deep.equal({ topic: 't', outcome: 'grown', partitions: 3, differences: [] })
    expect(client.topics.get('t')).to.have.length(3)
    expect(warnings[0]).to.match(/t grows from 1 to 3 partitions: its keys move/)
  })

  it('otherwise reports every difference and changes nothing', async () => {
    const { client, ensure, warnings } = await start()
    client.topics.set('t', [1])
    client.configs.set('t', { 'retention.ms': '5' })
    const configs = { 'retention.ms': '7', 'no.such': 'x' }
    const [report] = await ensure({ topic: 't', partitions: 3, replication: 2, configs })
    expect(report?.outcome).to.equal('unchanged')
    expect(report?.differences).to.deep.equal([
      { name: 'partitions', found: '1', asked: '3' },
      { name: 'replication', found: '1', asked: '2' },
      { name: 'retention.ms', found: '5', asked: '7' },
      { name: 'no.such', found: 'not known', asked: 'x' },
    ])
    expect(warnings).to.include('t: retention.ms is 5, 7 was asked for')
    expect([client.topics.get('t')?.length, client.configs.get('t')]).to.deep.equal([1, { 'retention.ms': '5' }])
  })

  it('only looks where creation is off', async () => {
    const { client, ensure } = await start({ ensureTopics: { create: false } })
    expect((await failureOf(ensure('missing'))).code).to.equal('KAFKA_TOPIC_MISSING')
    expect(client.created).to.deep.equal([])
  })

  it('refuses requests that cannot be meant, all at once', async () => {
    const { transport } = await start()
    const wrong = [{ topic: 'no spaces', partitions: 0 }, 7 as unknown as string]
    const error = await failureOf(transport.ensureTopics(wrong))
    expect(error.code).to.equal('GULO_CONFIGURATION_INVALID')
    expect(error.details['faults']).to.match(/"no spaces" is no name.*partitions is 0.*undefined is no name/)
  })
})

describe('Topics that the options name', () => {
  it('exist once the transport has started', async () => {
    const { client, clock, transport } = create({ ensureTopics: { topics: { orders: { partitions: 4 } } } })
    await Promise.all([transport.start(), clock.advance(1000)])
    expect(client.topics.get('orders')).to.have.length(4)
  })

  it('make start fail when they have more partitions than asked for', async () => {
    const { client, transport } = create({ ensureTopics: { topics: { orders: { partitions: 1 } } } })
    client.topics.set('orders', [1, 1])
    expect((await failureOf(transport.start())).code).to.equal('KAFKA_TOPIC_SHRINKS')
    expect(client.sessions.map(({ closed, destroyed }) => closed || destroyed)).to.deep.equal([true])
    client.topics.set('orders', [1])
    await transport.start()
  })
})
