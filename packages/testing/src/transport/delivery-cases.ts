import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

/** What reaches whom. */
export function deliveryCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  return [
    play('delivers what was published after the subscription began', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await scene.subscribe(transport, topic, member)
      const envelope = scene.envelope(topic, { payload: { text: 'first' } })
      await transport.publish([envelope])
      await member.untilAll([envelope])
      const [delivery] = member.deliveries
      expect(delivery?.message.topic).to.equal(topic)
      expect(scene.read(delivery?.message as never).payload).to.deep.equal({ text: 'first' })
    }),
    play('delivers no message twice while nothing fails', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await scene.subscribe(transport, topic, member)
      const envelopes = scene.envelopes(topic, facts.messages, (index) => ({ partitionKey: `key-${index % 7}` }))
      await transport.publish(envelopes)
      await member.untilAll(envelopes)
      const lasts = scene.envelopes(topic, 7, (index) => ({ partitionKey: `key-${index}` }))
      await transport.publish(lasts)
      await member.untilAll(lasts)
      expect(member.deliveries).to.have.length(envelopes.length + lasts.length)
    }),
    play('loses nothing of many concurrent publishers', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await scene.subscribe(transport, topic, member)
      const publishers = [transport, await scene.start(), await scene.start()] as const
      const envelopes = scene.envelopes(topic, facts.messages, (index) =>
        index % 2 ? { partitionKey: `key-${index % 11}` } : {},
      )
      await Promise.all(envelopes.map((envelope, index) => (publishers[index % 3] ?? transport).publish([envelope])))
      await member.untilAll(envelopes)
      expect(new Set(member.ids())).to.deep.equal(new Set(envelopes.map(({ id }) => id)))
    }),
    play('gives every group all messages', async (scene) => {
      const [transport, topic] = [await scene.start(), await scene.topic()]
      const [one, two] = [scene.collector(), scene.collector()]
      await scene.subscribe(transport, topic, one, scene.group('one'))
      await scene.subscribe(transport, topic, two, scene.group('two'))
      const envelopes = scene.envelopes(topic, 50, (index) => ({ partitionKey: `key-${index}` }))
      await transport.publish(envelopes)
      await one.untilAll(envelopes)
      await two.untilAll(envelopes)
    }),
    play('shares the messages among the members of a group', async (scene) => {
      const [topic, one, two] = [await scene.topic(), scene.collector(), scene.collector()]
      const transport = await scene.start()
      await scene.subscribe(transport, topic, one)
      await scene.subscribe(await scene.start(), topic, two)
      const envelopes = scene.envelopes(topic, facts.messages, (index) => ({ partitionKey: `key-${index}` }))
      await transport.publish(envelopes)
      const both = () => envelopes.every(({ id }) => one.count(id) + two.count(id) > 0)
      await one.until('the members have all', both, two)
      const doubled = envelopes.filter(({ id }) => one.count(id) > 0 && two.count(id) > 0)
      expect(doubled.length, 'messages that both members got').to.be.below(envelopes.length)
    }),
    play('keeps topics apart', async (scene) => {
      const [transport, topic, other] = [await scene.start(), await scene.topic('mine'), await scene.topic('other')]
      const member = scene.collector()
      await scene.subscribe(transport, topic, member)
      const [foreign, own] = [scene.envelope(other), scene.envelope(topic)]
      await transport.publish([foreign])
      await transport.publish([own])
      await member.untilAll([own])
      expect(member.count(foreign.id)).to.equal(0)
    }),
    play('publishes to several topics at once', async (scene) => {
      const [transport, topic, other] = [await scene.start(), await scene.topic('one'), await scene.topic('two')]
      const [one, two] = [scene.collector(), scene.collector()]
      await scene.subscribe(transport, topic, one, scene.group('one'))
      await scene.subscribe(transport, other, two, scene.group('two'))
      const [first, second] = [scene.envelope(topic), scene.envelope(other)]
      await transport.publish([first, second])
      await one.untilAll([first])
      await two.untilAll([second])
    }),
    play('publishes nothing without complaint', async (scene) => {
      const transport = await scene.start()
      await scene.within(transport.publish([]), 'publishing no envelopes resolves')
    }),
    play(
      'gives a new group what was published before it came',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        const envelopes = scene.envelopes(topic, 30)
        await transport.publish(envelopes)
        await scene.subscribe(transport, topic, member)
        await member.untilAll(envelopes)
      },
      !facts.replaysToNewGroups && 'the broker keeps nothing for groups it does not know',
    ),
    play(
      'keeps messages for a group whose members are away',
      async (scene) => {
        const [transport, topic, away] = [await scene.start(), await scene.topic(), scene.collector()]
        const leaving = await scene.start()
        await scene.subscribe(leaving, topic, away)
        await leaving.stop()
        const envelopes = scene.envelopes(topic, 30, (index) => ({ partitionKey: `key-${index}` }))
        await transport.publish(envelopes)
        const back = scene.collector()
        await scene.subscribe(await scene.start(), topic, back)
        await back.untilAll(envelopes)
        expect(away.deliveries).to.have.length(0)
      },
      !facts.keepsForAbsentMembers && 'the broker keeps nothing for groups without members',
    ),
  ]
}
