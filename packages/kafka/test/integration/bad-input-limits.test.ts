import type { GuloError } from '@gulo/core'
import { expect } from 'chai'
import { envelope, idOf, subscriptionOf } from '../support/messages.js'
import { unique, until } from '../support/real-kafka.js'
import { failureOf } from '../support/rejections.js'
import { describeWithSecureKafka, LIMITS } from '../support/secure-kafka.js'

describeWithSecureKafka('What the broker sets limits to', (broker) => {
  it('refuses a group at once whose session is longer than it allows', async () => {
    const sessionTimeoutMs = LIMITS['group.max.session.timeout.ms'] + 1
    const transport = broker().transport('proxied', { sessionTimeoutMs, startDeadlineMs: 600_000 })
    await transport.start()
    const group = unique('long')
    const error = await failureOf(transport.subscribe(subscriptionOf(unique('topic'), group, () => undefined)))
    await transport.stop()
    expect([error.code, error.retryable, error.details['kafkaCode']]).to.deep.equal(['KAFKA_REFUSED', false, 26])
    expect(error.message)
      .to.match(/session timeout is not within the range/)
      .and.include(group)
  }).timeout(30_000)

  it('rejects a message at once that is larger than the broker or its topic allows, and stores those beside it', async () => {
    const small = unique('small')
    const transport = broker().transport('proxied', { publishDeadlineMs: 600_000 })
    await transport.start()
    await transport.ensureTopics([{ topic: small, configs: { 'max.message.bytes': '5000' } }])
    for (const [topic, size] of [
      [small, 6000],
      [unique('usual'), LIMITS['message.max.bytes'] + 1000],
    ] as const) {
      const results = await Promise.allSettled([
        transport.publish([envelope(topic, 'a', 'one')]),
        transport.publish([envelope(topic, 'huge', 'one', { payload: 'x'.repeat(size) })]),
        transport.publish([envelope(topic, 'b', 'one')]),
      ])
      expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
      const error = (results[1] as PromiseRejectedResult).reason as GuloError
      expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', false])
      expect(error.message)
        .to.match(/larger than the max message size|too large/i)
        .and.include('max.message.bytes')
    }
    await transport.stop()
  }).timeout(30_000)

  it('refuses settings of a new topic at once, where it is asked for and where it is published to', async () => {
    const ensureTopics = { configs: { 'no.such.setting': '1' } }
    const transport = broker().transport('proxied', { ensureTopics, publishDeadlineMs: 600_000 })
    await transport.start()
    const topic = unique('odd')
    const asked = await failureOf(transport.ensureTopics([topic]))
    const published = await failureOf(transport.publish([envelope(topic, 'a')]))
    await transport.stop()
    expect([asked.code, asked.retryable]).to.deep.equal(['KAFKA_REFUSED', false])
    expect([published.code, published.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', false])
    expect(asked.message).to.match(/[Cc]onfig/)
  }).timeout(30_000)
})

describeWithSecureKafka('A broker that goes away', (broker) => {
  it('ends publications at their deadline, shows in the health, and everything goes on when it is back', async () => {
    const { proxy } = broker()
    const topic = unique('away')
    const transport = broker().transport('proxied', { publishDeadlineMs: 2000, requestTimeoutMs: 1000 })
    const seen: string[] = []
    const status = async () => (await transport.health()).status
    await transport.start()
    try {
      await transport.subscribe(subscriptionOf(topic, unique('group'), (message) => void seen.push(idOf(message))))
      await transport.publish([envelope(topic, 'before', 'one')])
      await until(() => seen.includes('before'))
      expect(await status()).to.equal('up')
      proxy.refuse()
      proxy.cut()
      const error = await failureOf(transport.publish([envelope(topic, 'meanwhile', 'one')]))
      expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', true])
      expect((error.details['failures'] as GuloError[])[0]?.code).to.equal('KAFKA_DEADLINE')
      expect(error.message).to.match(/did not store it within 2000 ms; the last answer was: \S+/)
      await until(async () => (await status()) === 'degraded')
      proxy.refuse(false)
      await until(async () => (await status()) === 'up')
      await transport.publish([envelope(topic, 'after', 'one')])
      await until(() => seen.includes('after'))
    } finally {
      proxy.refuse(false)
      await transport.stop({ deadlineMs: 2000 })
    }
    expect(await status()).to.equal('down')
    expect(seen.filter((id) => id !== 'meanwhile')).to.deep.equal(['before', 'after'])
  }).timeout(60_000)
})
