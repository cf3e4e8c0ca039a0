import { type DelayedForwarder, systemClock } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { rejectsWith } from '../suite/rejections.js'
import { type Scene, sceneCase } from './scene.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

const DELAY_MS = 150

/** How forwarded messages wait. */
export function delayCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const start = async (scene: Scene) => [(await scene.start()) as DelayedTransport, await scene.topic()] as const
  return [
    play(
      'delivers a message that waits no earlier than told, and as it was given',
      async (scene) => {
        const [[transport, topic], member] = [await start(scene), scene.collector()]
        await scene.subscribe(transport, topic, member)
        const body = new TextEncoder().encode('later')
        const message = scene.outgoing(topic, { key: 'some', body: Uint8Array.from(body), headers: { kept: 'yes' } })
        const from = systemClock.monotonic()
        await transport.forwardAfter([message], DELAY_MS)
        message.body?.fill(0)
        await member.until('the message arrives', () => member.deliveries.length > 0)
        expect(systemClock.monotonic() - from, 'milliseconds waited').to.be.at.least(DELAY_MS)
        const [delivery] = member.deliveries
        expect(Buffer.from(delivery?.message.headers['kept'] ?? '').toString()).to.equal('yes')
        expect(Buffer.from(delivery?.message.body ?? []).toString()).to.equal('later')
      },
      lacking(facts, 'delays'),
    ),
    play(
      'lets others pass a message that waits',
      async (scene) => {
        const [[transport, topic], member] = [await start(scene), scene.collector()]
        await scene.subscribe(transport, topic, member)
        await transport.forwardAfter([scene.outgoing(topic)], facts.patienceMs * 10)
        const envelopes = scene.envelopes(topic, 30)
        await transport.publish(envelopes)
        await member.untilAll(envelopes)
        expect(member.deliveries).to.have.length(30)
      },
      lacking(facts, 'delays'),
    ),
    play(
      'keeps a message that waits when the transport stops that sent it',
      async (scene) => {
        const [[sender, topic], member] = [await start(scene), scene.collector()]
        await scene.subscribe(await scene.start(), topic, member)
        await sender.forwardAfter([scene.outgoing(topic)], DELAY_MS)
        await sender.stop()
        await member.until('the message arrives', () => member.deliveries.length > 0)
      },
      lacking(facts, 'delays'),
    ),
    play(
      'refuses a delay that is no length of time',
      async (scene) => {
        const [transport, topic] = await start(scene)
        for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
          await rejectsWith('GULO_DURATION_INVALID', () => transport.forwardAfter([scene.outgoing(topic)], wrong))
        }
      },
      lacking(facts, 'delays'),
    ),
  ]
}

type DelayedTransport = Awaited<ReturnType<Scene['start']>> & DelayedForwarder
