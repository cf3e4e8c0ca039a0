import type { ListingSubscription } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import { rejectsWith } from '../suite/rejections.js'
import { grace } from '../suite/waiting.js'
import { sceneCase } from './scene.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

/** Which topics a subscription reads, and with whom it shares them. */
export function subscriptionCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  return [
    play(
      'reads the topics that match a pattern, and no others',
      async (scene) => {
        const [transport, member, seen] = [await scene.start(), scene.collector(), scene.collector()]
        const topics = [await scene.topic('mine-a'), await scene.topic('mine-b'), await scene.topic('other')] as const
        await scene.subscribeTo(transport, topics, seen, { group: scene.group('all') })
        await scene.subscribeTo(transport, [], member, { patterns: [scene.pattern('mine')] })
        const envelopes = topics.flatMap((topic) => scene.envelopes(topic, 5))
        await transport.publish(envelopes)
        await seen.untilAll(envelopes)
        await member.untilAll(envelopes.slice(0, 10))
        expect(member.deliveries.filter(({ message }) => message.topic === topics[2])).to.have.length(0)
      },
      lacking(facts, 'patterns'),
    ),
    play(
      'reads a topic that appears later from its first message',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic('mine-a'), scene.collector()]
        await scene.subscribe(transport, topic, scene.collector(), scene.group('other'))
        const startAt = facts.startsAt === true ? ({ startAt: 'latest' } as const) : {}
        await scene.subscribeTo(transport, [], member, { patterns: [scene.pattern('mine')], ...startAt })
        const envelopes = scene.envelopes(await scene.topic('mine-late'), 20)
        for (const envelope of envelopes) await transport.publish([envelope])
        await member.untilAll(envelopes)
      },
      lacking(facts, 'patterns'),
    ),
    play(
      'tells which topics its patterns have found, where it can tell at all',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic('mine-a'), scene.collector()]
        const named = await scene.topic('named')
        await scene.subscribe(transport, topic, scene.collector(), scene.group('other'))
        const handle = await scene.subscribeTo(transport, [named], member, { patterns: [scene.pattern('mine')] })
        const { topics } = handle as Partial<ListingSubscription>
        if (topics === undefined) throw new LeftOut('the subscription does not tell')
        const envelope = scene.envelope(topic)
        await transport.publish([envelope])
        await member.untilAll([envelope])
        expect(topics.call(handle)).to.have.members([named, topic])
      },
      lacking(facts, 'patterns'),
    ),
    play(
      'delivers a message once where its topic is named and matches a pattern as well',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        await scene.subscribeTo(transport, [topic], member, { patterns: [scene.pattern('items')] })
        const envelopes = scene.envelopes(topic, 20, () => ({ partitionKey: 'same' }))
        await transport.publish(envelopes)
        await member.untilAll(envelopes)
        const last = scene.envelope(topic, { partitionKey: 'same' })
        await transport.publish([last])
        await member.untilAll([last])
        expect(member.deliveries).to.have.length(21)
      },
      lacking(facts, 'patterns'),
    ),
    play(
      'reads no dead letters, quarantine or retries by a pattern',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        const beside = ['dlq', 'quarantine', 'retry.group.1'].map((suffix) => `${topic}.${suffix}`)
        await transport.forward(beside.map((each) => scene.outgoing(each)))
        await scene.subscribe(transport, topic, scene.collector(), scene.group('other'))
        await scene.subscribeTo(transport, [], member, { patterns: [scene.pattern('items')] })
        const envelope = scene.envelope(topic)
        await transport.publish([envelope])
        await transport.forward(beside.map((each) => scene.outgoing(each)))
        await member.untilAll([envelope])
        await grace()
        expect(member.deliveries.map(({ message }) => message.topic).filter((each) => each !== topic)).to.deep.equal([])
      },
      lacking(facts, 'patterns') ?? (!facts.forwards && 'the transport does not forward'),
    ),
    play(
      'refuses patterns that are none',
      async (scene) => {
        const [transport, topic] = [await scene.start(), await scene.topic()]
        for (const wrong of [/items/g, 'items'] as RegExp[]) {
          const more = { patterns: [wrong] }
          await rejectsWith('GULO_SUBSCRIPTION_INVALID', () =>
            scene.subscribeTo(transport, [topic], scene.collector(), more),
          )
        }
      },
      lacking(facts, 'patterns'),
    ),
    play(
      'gives every broadcast subscription of a group all messages, and the group its own',
      async (scene) => {
        const [topic, publisher] = [await scene.topic(), await scene.start()]
        const [one, two, shared] = [scene.collector(), scene.collector(), scene.collector()]
        await scene.subscribe(publisher, topic, shared)
        await scene.subscribeTo(await scene.start(), [topic], one, { broadcast: true })
        await scene.subscribeTo(await scene.start(), [topic], two, { broadcast: true })
        const envelopes = scene.envelopes(topic, 50, (index) => ({ partitionKey: `key-${index}` }))
        await publisher.publish(envelopes)
        for (const each of [one, two, shared]) await each.untilAll(envelopes)
      },
      lacking(facts, 'broadcasts'),
    ),
    play(
      'gives a broadcast subscription what is published while it is there, and keeps nothing for it before and after',
      async (scene) => {
        const [topic, transport] = [await scene.topic(), await scene.start()]
        const [first, second] = [scene.collector(), scene.collector()]
        await scene.subscribe(transport, topic, scene.collector())
        const wave = () => scene.envelopes(topic, 12, (index) => ({ partitionKey: `key-${index}` }))
        const [before, during, between, after] = [wave(), wave(), wave(), wave()]
        await transport.publish(before)
        const handle = await scene.subscribeTo(transport, [topic], first, { broadcast: true })
        await transport.publish(during)
        await first.untilAll(during)
        await handle.close()
        await transport.publish(between)
        await scene.subscribeTo(transport, [topic], second, { broadcast: true })
        await transport.publish(after)
        await second.untilAll(after)
        expect(first.deliveries, 'deliveries to the first').to.have.length(during.length)
        expect(second.deliveries, 'deliveries to the second').to.have.length(after.length)
      },
      lacking(facts, 'broadcasts'),
    ),
    play(
      'delivers a message again to the one broadcast subscription that rejected it',
      async (scene) => {
        const [topic, transport, calm] = [await scene.topic(), await scene.start(), scene.collector()]
        const refusing = scene.collector((_, earlier) => {
          if (earlier === 0) throw new Error('not yet')
        })
        await scene.subscribeTo(transport, [topic], calm, { broadcast: true })
        await scene.subscribeTo(await scene.start(), [topic], refusing, { broadcast: true })
        const envelope = scene.envelope(topic)
        await transport.publish([envelope])
        await refusing.until('the second delivery', () => refusing.count(envelope.id) === 2)
        await calm.untilAll([envelope])
        await grace()
        expect(calm.count(envelope.id)).to.equal(1)
      },
      lacking(facts, 'broadcasts'),
    ),
    play(
      'refuses to subscribe by patterns, from a starting point or as broadcast where it cannot',
      async (scene) => {
        const [transport, topic] = [await scene.start(), await scene.topic()]
        const refuses = (more: Parameters<typeof scene.subscribeTo>[3]) =>
          rejectsWith('GULO_SUBSCRIPTION_INVALID', () => scene.subscribeTo(transport, [topic], scene.collector(), more))
        if (facts.patterns !== true) await refuses({ patterns: [scene.pattern('items')] })
        if (facts.startsAt !== true) await refuses({ startAt: { timestamp: 0 } })
        if (facts.broadcasts !== true) await refuses({ broadcast: true })
      },
      lacking(facts, 'patterns', 'startsAt', 'broadcasts') === undefined && 'the transport can do all of it',
    ),
  ]
}
