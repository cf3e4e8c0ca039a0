import { systemClock } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { gate } from '../suite/waiting.js'
import { sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

/** What happens when a member rejects, or does not answer. */
export function failureCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  return [
    play('delivers a rejected message again, unchanged', async (scene) => {
      const [transport, topic] = [await scene.start(), await scene.topic()]
      const member = scene.collector((_, earlier) => {
        if (earlier < 2) throw new Error('not yet')
      })
      await scene.subscribe(transport, topic, member)
      const envelope = scene.envelope(topic, { payload: { text: 'same' }, partitionKey: 'same' })
      await transport.publish([envelope])
      await member.until('the third delivery', () => member.count(envelope.id) === 3)
      const [first] = member.deliveries
      for (const { message } of member.deliveries) {
        expect(scene.read(message).payload).to.deep.equal({ text: 'same' })
        expect(message.headers).to.deep.equal(first?.message.headers)
        expect(message).to.include({ key: 'same', topic, partition: first?.message.partition })
      }
    }),
    play('counts redeliveries from 0 where it counts them', async (scene) => {
      const [transport, topic] = [await scene.start(), await scene.topic()]
      const member = scene.collector((_, earlier) => {
        if (earlier < 2) throw new Error('not yet')
      })
      await scene.subscribe(transport, topic, member)
      const envelope = scene.envelope(topic)
      await transport.publish([envelope])
      await member.until('the third delivery', () => member.count(envelope.id) === 3)
      const [first, second, third] = member.deliveries.map(({ message }) => message.redeliveries)
      expect(first ?? 0).to.equal(0)
      if (second !== undefined) expect(second).to.be.at.least(1)
      if (second !== undefined && third !== undefined) expect(third).to.be.above(second)
    }),
    play(
      'lets a rejected message wait before it delivers it again',
      async (scene) => {
        const [transport, topic] = [await scene.start(), await scene.topic()]
        const times: number[] = []
        const member = scene.collector((_, earlier) => {
          times.push(systemClock.monotonic())
          if (earlier === 0) throw new Error('not yet')
        })
        await scene.subscribe(transport, topic, member)
        const envelope = scene.envelope(topic)
        await transport.publish([envelope])
        await member.until('the second delivery', () => member.count(envelope.id) === 2)
        const [first = 0, second = 0] = times
        // Timers may be a millisecond early.
        expect(second - first, 'milliseconds waited').to.be.at.least(facts.redeliveryDelayMs - 1)
      },
      facts.redeliveryDelayMs === 0 && 'the facts name no redeliveryDelayMs',
    ),
    play('delivers every message in the end when many are rejected', async (scene) => {
      const [transport, topic] = [await scene.start(), await scene.topic()]
      const envelopes = scene.envelopes(topic, 60, (index) => ({ partitionKey: `key-${index % 9}` }))
      const done = new Set<string>()
      const member = scene.collector(({ id }, earlier) => {
        if (earlier < 2 && envelopes.findIndex((envelope) => envelope.id === id) % 4 === 0) throw new Error('not yet')
        done.add(id)
      })
      await scene.subscribe(transport, topic, member)
      await transport.publish(envelopes)
      await member.until('every message is done', () => done.size === envelopes.length)
    }),
    play('does not acknowledge a rejected message because later ones resolved', async (scene) => {
      const [topic, publisher, leaving] = [await scene.topic(), await scene.start(), await scene.start()]
      const envelopes = scene.envelopes(topic, 3, () => ({ partitionKey: 'same' }))
      const member = scene.collector(({ id }) => {
        if (id === envelopes[0]?.id) throw new Error('never')
      })
      await scene.subscribe(leaving, topic, member)
      await publisher.publish(envelopes)
      await member.until('the first message is delivered twice', () => member.count(envelopes[0]?.id ?? '') > 1)
      await leaving.stop()
      const next = scene.collector()
      await scene.subscribe(await scene.start(), topic, next)
      await next.untilAll(envelopes.slice(0, 1))
    }),
    play('gives a message that one member keeps rejecting to the next member', async (scene) => {
      const [topic, publisher, leaving] = [await scene.topic(), await scene.start(), await scene.start()]
      const refusing = scene.collector(() => Promise.reject(new Error('never')))
      await scene.subscribe(leaving, topic, refusing)
      const envelopes = scene.envelopes(topic, 20, (index) => ({ partitionKey: `key-${index}` }))
      await publisher.publish(envelopes)
      await refusing.until('a message is rejected', () => refusing.deliveries.length > 0)
      await leaving.stop()
      const next = scene.collector()
      await scene.subscribe(await scene.start(), topic, next)
      await next.untilAll(envelopes)
    }),
    play(
      'goes on in other partitions while a message of one is always rejected',
      async (scene) => {
        const [transport, topic] = [await scene.start(), await scene.topic()]
        const poison = scene.envelope(topic, { partition: 0, partitionKey: 'poison' })
        const member = scene.collector(({ id }) => {
          if (id === poison.id) throw new Error('poison')
        })
        await scene.subscribe(transport, topic, member)
        await transport.publish([poison])
        await member.until('the poison is rejected', () => member.count(poison.id) > 0)
        const others = scene.envelopes(topic, 20, (index) => ({ partition: 1, partitionKey: `key-${index}` }))
        await transport.publish(others)
        await member.untilAll(others)
        const before = member.count(poison.id)
        await member.until('the poison comes again', () => member.count(poison.id) > before)
      },
      facts.partitions < 2 && 'topics have no two partitions',
    ),
    play('takes a deliver that throws for a rejection of all', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      let thrown = false
      const deliver: typeof member.deliver = (messages) => {
        if (thrown) return member.deliver(messages)
        thrown = true
        throw new Error('a fault of the consumer')
      }
      const routes = [{ topic, types: ['conformance.item.changed.v1'] }]
      await transport.subscribe({ group: scene.group(), action: 'collect', routes, deliver })
      const envelope = scene.envelope(topic)
      await transport.publish([envelope])
      await member.untilAll([envelope])
    }),
    play('gives a member that settles nothing a bounded number of messages', async (scene) => {
      const [transport, topic] = [await scene.start(), await scene.topic()]
      const closed = gate()
      const [stuck, free] = [scene.collector(() => closed.passed), scene.collector()]
      await scene.subscribe(transport, topic, stuck, scene.group('stuck'))
      await scene.subscribe(transport, topic, free, scene.group('free'))
      const envelopes = scene.envelopes(topic, facts.maxInFlight * 3)
      for (let start = 0; start < envelopes.length; start += 500)
        await transport.publish(envelopes.slice(start, start + 500))
      await free.untilAll(envelopes)
      expect(stuck.deliveries.length, 'messages handed out and not settled').to.be.within(1, facts.maxInFlight)
      closed.open()
      await stuck.untilAll(envelopes)
    }),
  ]
}
