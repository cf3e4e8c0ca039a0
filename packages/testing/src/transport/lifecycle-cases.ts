import type { HealthReporter } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import { rejectsWith } from '../suite/rejections.js'
import { gate, grace } from '../suite/waiting.js'
import { sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

/** What starting, stopping and leaving do. */
export function lifecycleCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  return [
    play('waits at its stop for what is in flight, and acknowledges it', async (scene) => {
      const [topic, publisher, leaving] = [await scene.topic(), await scene.start(), await scene.start()]
      const [begun, closed] = [gate(), gate()]
      let handled = false
      const member = scene.collector(async () => {
        begun.open()
        await closed.passed
        handled = true
      })
      await scene.subscribe(leaving, topic, member)
      const witness = await scene.witness([topic])
      const envelope = scene.envelope(topic, { partitionKey: 'same' })
      await publisher.publish([envelope])
      await scene.within(begun.passed, 'the handler begins')
      let stopped = false
      const stopping = leaving.stop({ deadlineMs: facts.patienceMs }).then(() => {
        stopped = true
      })
      const marker = scene.envelope(topic, { partitionKey: 'same' })
      await publisher.publish([marker])
      await witness.untilAll([marker])
      await grace()
      expect(stopped, 'stopped while the handler runs').to.equal(false)
      closed.open()
      await scene.within(stopping, 'the stop ends')
      expect(handled).to.equal(true)
      expect(member.count(marker.id), 'deliveries after the stop began').to.equal(0)
      const next = scene.collector()
      await scene.subscribe(await scene.start(), topic, next)
      await next.untilAll([marker])
      expect(next.count(envelope.id), 'deliveries of what was acknowledged').to.equal(0)
    }),
    play('stops at its deadline, and gives what was in flight to the next member', async (scene) => {
      const [topic, publisher, leaving] = [await scene.topic(), await scene.start(), await scene.start()]
      const never = gate()
      const member = scene.collector(() => never.passed)
      await scene.subscribe(leaving, topic, member)
      const envelope = scene.envelope(topic)
      await publisher.publish([envelope])
      await member.untilAll([envelope])
      // Whether it rejects with GULO_STOP_DEADLINE is its own choice.
      await scene.within(
        leaving.stop({ deadlineMs: 20 }).catch(() => undefined),
        'the stop ends',
      )
      const next = scene.collector()
      await scene.subscribe(await scene.start(), topic, next)
      await next.untilAll([envelope])
      never.open()
    }),
    play('delivers nothing more to a subscription that is closed', async (scene) => {
      const [transport, topic] = [await scene.start(), await scene.topic()]
      const [closing, staying] = [scene.collector(), scene.collector()]
      const handle = await scene.subscribe(transport, topic, closing, scene.group('closing'))
      await scene.subscribe(transport, topic, staying, scene.group('staying'))
      await handle.close()
      const envelopes = scene.envelopes(topic, 20)
      await transport.publish(envelopes)
      await staying.untilAll(envelopes)
      expect(closing.deliveries).to.have.length(0)
    }),
    play('gives all messages to the members that stay', async (scene) => {
      const [topic, publisher, leaving] = [await scene.topic(), await scene.start(), await scene.start()]
      const [first, staying] = [scene.collector(), scene.collector()]
      await scene.subscribe(leaving, topic, first)
      await scene.subscribe(await scene.start(), topic, staying)
      const before = scene.envelopes(topic, 30, (index) => ({ partitionKey: `key-${index}` }))
      await publisher.publish(before)
      const reached = () => before.every(({ id }) => first.count(id) + staying.count(id) > 0)
      await first.until('the members have all', reached, staying)
      await leaving.stop()
      const after = scene.envelopes(topic, 30, (index) => ({ partitionKey: `key-${index}` }))
      await publisher.publish(after)
      await staying.untilAll(after)
    }),
    play('loses nothing while members come and go', async (scene) => {
      const [topic, publisher, last] = [await scene.topic(), await scene.start(), scene.collector()]
      const done = new Set<string>()
      const collect = () => scene.collector(({ id }) => void done.add(id))
      const envelopes = scene.envelopes(topic, 100, (index) => ({ partitionKey: `key-${index % 13}` }))
      const come = async () => {
        const transport = await scene.start()
        await scene.subscribe(transport, topic, collect())
        await transport.stop()
      }
      await Promise.all([come(), come(), come(), ...envelopes.map((envelope) => publisher.publish([envelope]))])
      await scene.subscribe(await scene.start(), topic, last)
      await last.until('every message is done', () => envelopes.every(({ id }) => done.has(id) || last.count(id) > 0))
    }),
    play('refuses to publish and to subscribe before it is started', async (scene) => {
      const [transport, topic] = [scene.create(), await scene.topic()]
      await rejectsWith('GULO_NOT_STARTED', () => transport.publish([scene.envelope(topic)]))
      await rejectsWith('GULO_NOT_STARTED', () => scene.subscribe(transport, topic, scene.collector()))
    }),
    play('refuses to start twice', async (scene) => {
      const transport = await scene.start()
      await rejectsWith('GULO_ALREADY_STARTED', () => transport.start())
    }),
    play('refuses to work after its stop, and says what is unsent', async (scene) => {
      const [transport, topic] = [await scene.start(), await scene.topic()]
      await transport.stop()
      const envelopes = scene.envelopes(topic, 2)
      const error = await rejectsWith('GULO_STOPPED', () => transport.publish(envelopes))
      expect(error.details['unsent']).to.have.members(envelopes)
      await rejectsWith('GULO_STOPPED', () => scene.subscribe(transport, topic, scene.collector()))
      await rejectsWith('GULO_STOPPED', () => transport.start())
    }),
    play('stops twice, and unstarted, without complaint', async (scene) => {
      const transport = await scene.start()
      await scene.within(transport.stop(), 'the first stop')
      await scene.within(transport.stop(), 'the second stop')
      await scene.within(scene.create().stop(), 'the stop of one that never started')
    }),
    play('says that it is up once started, and down after its stop, where it says so at all', async (scene) => {
      const transport = (await scene.start()) as Partial<HealthReporter> & Awaited<ReturnType<typeof scene.start>>
      if (transport.health === undefined) throw new LeftOut('the transport has no health')
      expect((await transport.health()).status).to.equal('up')
      await transport.stop()
      expect((await transport.health()).status).to.equal('down')
    }),
    play('refuses a subscription without a group or without a topic', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await rejectsWith('GULO_SUBSCRIPTION_INVALID', () => scene.subscribe(transport, topic, member, ''))
      const empty = { group: scene.group(), action: 'collect', routes: [], deliver: member.deliver }
      await rejectsWith('GULO_SUBSCRIPTION_INVALID', () => transport.subscribe(empty))
    }),
  ]
}
