import type { KafkaTransport } from '@gulo/kafka'
import { expect } from 'chai'
import { envelope, idOf, subscriptionOf } from '../support/messages.js'
import { unique, until } from '../support/real-kafka.js'
import { failureOf } from '../support/rejections.js'
import { describeWithSecureKafka, type User } from '../support/secure-kafka.js'

// longer than the time-out of a test: what waits for its deadline fails
const NEVER_MS = 600_000

describeWithSecureKafka('A user without all rights', (broker) => {
  const started: KafkaTransport[] = []
  const start = async (user: User, create = true): Promise<KafkaTransport> => {
    const patience = { startDeadlineMs: NEVER_MS, publishDeadlineMs: NEVER_MS }
    const transport = broker().transport('scram', { ...patience, ensureTopics: { create } }, user)
    started.push(transport)
    await transport.start()
    return transport
  }
  const newTopic = async () => {
    const topic = unique('rights')
    await broker().administer((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }))
    return topic
  }
  afterEach(async () => {
    await Promise.all(started.splice(0).map((transport) => transport.stop({ deadlineMs: 1000 })))
  })

  it('that may only read consumes, is well, and publishes nothing until it is allowed to', async () => {
    const [topic, group] = [await newTopic(), unique('group')]
    await broker().allow('reader', 'TOPIC', topic, 'READ')
    await broker().allow('reader', 'GROUP', group, 'READ')
    const reader = await start('reader')
    const seen: string[] = []
    await reader.subscribe(subscriptionOf(topic, group, (message) => void seen.push(idOf(message))))
    const error = await failureOf(reader.publish([envelope(topic, 'refused')]))
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', false])
    expect(error.message).to.match(/Cluster authorization failed.*give this user the right to write/s)
    expect(await reader.health()).to.deep.equal({ status: 'up' })
    await (await start('alice')).publish([envelope(topic, 'from alice')])
    await until(() => seen.length === 1)

    await broker().allow('reader', 'TOPIC', topic, 'WRITE')
    const ids = Array.from({ length: 20 }, (_, index) => `${index}`)
    await Promise.all(ids.map((id) => reader.publish([envelope(topic, id, 'one')])))
    await until(() => seen.length === 21)
    expect(seen).to.deep.equal(['from alice', ...ids])
  }).timeout(60_000)

  it('is refused at once for a topic it may see but not write to', async () => {
    const [own, other] = [await newTopic(), await newTopic()]
    await broker().allow('writer', 'TOPIC', own, 'WRITE')
    await broker().allow('writer', 'TOPIC', other, 'DESCRIBE')
    const writer = await start('writer')
    const results = await Promise.allSettled([
      writer.publish([envelope(other, 'refused')]),
      writer.publish([envelope(own, 'stored')]),
    ])
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled'])
    const { reason: error } = results[0] as PromiseRejectedResult
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', false])
    expect(error.message).to.include(`rejected a message for ${other}`).and.include('Topic authorization failed')
  }).timeout(60_000)

  it('is refused at once for a topic that it would have to create', async () => {
    await broker().allow('writer', 'TOPIC', await newTopic(), 'WRITE')
    const writer = await start('writer')
    const topic = unique('uncreated')
    await broker().allow('writer', 'TOPIC', topic, 'WRITE')
    for (const error of [
      await failureOf(writer.publish([envelope(topic, 'a')])),
      await failureOf(writer.ensureTopics([topic])),
      await failureOf(writer.subscribe(subscriptionOf(topic, unique('group'), () => undefined))),
    ]) {
      expect(error.retryable).to.equal(false)
      expect(error.message).to.match(/authoriz/i)
    }
  }).timeout(60_000)

  it('is refused at once for a topic it may not read', async () => {
    const [topic, group] = [await newTopic(), unique('group')]
    await broker().allow('nobody', 'GROUP', group, 'READ')
    const nobody = await start('nobody')
    const error = await failureOf(nobody.subscribe(subscriptionOf(topic, group, () => undefined)))
    expect([error.code, error.retryable, error.details['kafkaCode']]).to.deep.equal(['KAFKA_REFUSED', false, 29])
    expect(error.message).to.include(`refused the group ${group}`)
  }).timeout(60_000)

  it('is refused at once for a group it may not use, to join it, to move it and to see its lag', async () => {
    const [topic, group] = [await newTopic(), unique('forbidden')]
    await broker().allow('reader', 'TOPIC', topic, 'READ')
    const reader = await start('reader')
    for (const error of [
      await failureOf(reader.subscribe(subscriptionOf(topic, group, () => undefined))),
      await failureOf(reader.lag(group, [topic])),
      await failureOf(reader.moveGroup(group, [topic], 'earliest')),
    ]) {
      expect([error.code, error.retryable, error.details['kafkaCode']]).to.deep.equal(['KAFKA_REFUSED', false, 30])
      expect(error.message)
        .to.match(/Group authorization failed/)
        .and.include(group)
    }
  }).timeout(60_000)

  it('is told that a topic is missing where it may see it and nothing is created', async () => {
    const topic = unique('missing')
    const alice = await start('alice', false)
    const error = await failureOf(alice.subscribe(subscriptionOf(topic, unique('group'), () => undefined)))
    expect(error.code).to.equal('KAFKA_TOPIC_MISSING')
    expect(error.message).to.include(topic)
  }).timeout(60_000)
})
