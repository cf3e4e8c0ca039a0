import type { StartPosition } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import { rejectsWith } from '../suite/rejections.js'
import { grace } from '../suite/waiting.js'
import { type Scene, sceneCase } from './scene.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

const byKey = (index: number) => ({ partitionKey: `key-${index}` })

/** Where a group starts that has no position yet. */
export function startCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const start = async (scene: Scene) => [await scene.start(), await scene.topic(), scene.collector()] as const
  return [
    play(
      'starts a new group with the oldest message where told so',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const envelopes = scene.envelopes(topic, 30, byKey)
        await transport.publish(envelopes)
        await scene.subscribeTo(transport, [topic], member, { startAt: 'earliest' })
        await member.untilAll(envelopes)
      },
      lacking(facts, 'startsAt'),
    ),
    play(
      'starts a new group with the next message where told so',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        await transport.publish(scene.envelopes(topic, 30, byKey))
        await scene.subscribeTo(transport, [topic], member, { startAt: 'latest' })
        const after = scene.envelopes(topic, 30, byKey)
        await transport.publish(after)
        await member.untilAll(after)
        expect(member.deliveries).to.have.length(after.length)
      },
      lacking(facts, 'startsAt'),
    ),
    play(
      'starts a new group at a time',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const { second, at } = await twoTimes(scene, transport, topic)
        await scene.subscribeTo(transport, [topic], member, { group: scene.group('new'), startAt: { timestamp: at } })
        await member.untilAll(second)
        expect(member.deliveries).to.have.length(second.length)
      },
      lacking(facts, 'startsAt'),
    ),
    play(
      'starts a new group at given offsets',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const seen = scene.collector()
        await scene.subscribe(transport, topic, seen, scene.group('seen'))
        const envelopes = scene.envelopes(topic, 9, () => ({ partition: 0 }))
        await transport.publish(envelopes)
        await seen.untilAll(envelopes)
        const offset = seen.deliveries.find(({ id }) => id === envelopes[5]?.id)?.message.offset ?? ''
        const startAt = { offsets: [{ topic, partition: 0, offset }] }
        await scene.subscribeTo(transport, [topic], member, { group: scene.group('new'), startAt })
        await member.untilAll(envelopes.slice(5))
        expect(member.deliveries).to.have.length(4)
      },
      lacking(facts, 'startsAt') ?? (facts.partitions === 0 && 'topics have no partitions'),
    ),
    play(
      'never moves a group that has a position',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const wave = () => scene.envelopes(topic, 12, byKey)
        const [first, second, third] = [wave(), wave(), wave()]
        const handle = await scene.subscribeTo(transport, [topic], member, { startAt: 'latest' })
        await transport.publish(first)
        await member.untilAll(first)
        await handle.close()
        const again = scene.collector()
        const returned = await scene.subscribeTo(transport, [topic], again, { startAt: 'earliest' })
        await transport.publish(second)
        await again.untilAll(second)
        expect(first.filter(({ id }) => again.count(id) > 0)).to.deep.equal([])
        await returned.close()
        await transport.publish(third)
        const last = scene.collector()
        await scene.subscribeTo(transport, [topic], last, { startAt: 'latest' })
        await last.untilAll(third)
      },
      lacking(facts, 'startsAt'),
    ),
    play(
      'refuses a starting point that is none',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const wrong: unknown[] = ['first', {}, { timestamp: Number.NaN }, { offsets: [] }]
        wrong.push(
          { offsets: [{ topic, partition: 0, offset: 'x' }] },
          { offsets: [{ topic, partition: -1, offset: '0' }] },
        )
        for (const startAt of wrong as StartPosition[]) {
          await rejectsWith('GULO_SUBSCRIPTION_INVALID', () =>
            scene.subscribeTo(transport, [topic], member, { startAt }),
          )
        }
      },
      lacking(facts, 'startsAt'),
    ),
  ]
}

/** Publishes two waves, and tells when the broker says that the second began. */
export async function twoTimes(scene: Scene, transport: Awaited<ReturnType<Scene['start']>>, topic: string) {
  const seen = scene.collector()
  await scene.subscribe(transport, topic, seen, scene.group('seen'))
  const [first, second] = [scene.envelopes(topic, 12, byKey), scene.envelopes(topic, 12, byKey)]
  await transport.publish(first)
  await grace()
  await transport.publish(second)
  await seen.untilAll([...first, ...second])
  const ids = new Set(second.map(({ id }) => id))
  const times = seen.deliveries.filter(({ id }) => ids.has(id)).map(({ message }) => message.timestamp)
  if (times.includes(undefined)) throw new LeftOut('the broker tells no time')
  return { first, second, at: Math.min(...(times as number[])) }
}
