import type { PausableSubscription } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { gate, grace } from '../suite/waiting.js'
import type { Collector } from './collector.js'
import { type Scene, sceneCase } from './scene.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

const same = () => ({ partitionKey: 'same' })

/** What a subscription does that rests. */
export function restCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const start = async (scene: Scene) => [await scene.start(), await scene.topic(), scene.collector()] as const
  return [
    play(
      'gives a resting subscription nothing, and everything in order once it goes on',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const seen = scene.collector()
        await scene.subscribe(transport, topic, seen, scene.group('seen'))
        const handle = await pausable(scene, transport, [topic], member)
        const [first, ...others] = scene.envelopes(topic, 21, same)
        await transport.publish(first ? [first] : [])
        await member.untilAll(first ? [first] : [])
        handle.pause()
        await transport.publish(others)
        await seen.untilAll(others)
        await grace()
        expect(member.deliveries, 'deliveries while it rests').to.have.length(1)
        handle.resume()
        await member.untilAll(others)
        if (facts.orderedByKey) expect(member.ids().slice(1)).to.deep.equal(others.map(({ id }) => id))
      },
      lacking(facts, 'rests'),
    ),
    play(
      'lets what is in flight go on while a subscription rests, and acknowledges it',
      async (scene) => {
        const [transport, topic] = await start(scene)
        const [begun, closed] = [gate(), gate()]
        const member = scene.collector(async () => {
          begun.open()
          await closed.passed
        })
        const handle = await pausable(scene, transport, [topic], member)
        const [envelope, marker] = [scene.envelope(topic, same()), scene.envelope(topic, same())]
        await transport.publish([envelope])
        await scene.within(begun.passed, 'the handler begins')
        handle.pause()
        closed.open()
        await handle.close()
        const next = scene.collector()
        await scene.subscribe(transport, topic, next)
        await transport.publish([marker])
        await next.untilAll([marker])
        expect(next.count(envelope.id), 'deliveries of what was acknowledged').to.equal(0)
      },
      lacking(facts, 'rests'),
    ),
    play(
      'rests for some topics while it goes on with others',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const other = await scene.topic('other')
        const handle = await pausable(scene, transport, [topic, other], member)
        const witness = await scene.witness([topic])
        handle.pause([topic])
        const [held, free] = [scene.envelopes(topic, 5, same), scene.envelopes(other, 5, same)]
        await transport.publish([...held, ...free])
        await member.untilAll(free)
        await witness.untilAll(held)
        await grace()
        expect(member.deliveries, 'deliveries while it rests').to.have.length(free.length)
        handle.resume([topic])
        await member.untilAll(held)
      },
      lacking(facts, 'rests'),
    ),
    play(
      'leaves its partitions to nobody while it rests',
      async (scene) => {
        const [transport, topic, member] = await start(scene)
        const other = scene.collector()
        const handle = await pausable(scene, transport, [topic], member)
        await scene.subscribe(await scene.start(), topic, other)
        const partition = await sharedPartition(scene, transport, topic, member, other)
        const witness = await scene.witness([topic])
        handle.pause()
        const held = scene.envelopes(topic, 5, () => ({ partition }))
        await transport.publish(held)
        await witness.untilAll(held)
        await grace()
        expect(held.filter(({ id }) => member.count(id) + other.count(id) > 0)).to.deep.equal([])
        handle.resume()
        await member.untilAll(held)
      },
      lacking(facts, 'rests') ?? (facts.partitions < 2 && 'topics have no two partitions'),
    ),
  ]
}

async function pausable(
  scene: Scene,
  transport: Awaited<ReturnType<Scene['start']>>,
  topics: readonly string[],
  member: Collector,
): Promise<PausableSubscription> {
  const handle = (await scene.subscribeTo(transport, topics, member)) as PausableSubscription
  expect(handle).to.respondTo('pause')
  return handle
}

/** A partition of `member`, once both members have some. */
async function sharedPartition(
  scene: Scene,
  transport: Awaited<ReturnType<Scene['start']>>,
  topic: string,
  member: Collector,
  other: Collector,
): Promise<number> {
  let partition: number | undefined
  await scene.eventually('both members have partitions', async () => {
    const wave = Array.from({ length: scene.facts.partitions }, (_, number) =>
      scene.envelope(topic, { partition: number }),
    )
    await transport.publish(wave)
    await member.until(
      'the members have all',
      () => wave.every(({ id }) => member.count(id) + other.count(id) > 0),
      other,
    )
    partition = wave.find(({ id }) => member.count(id) > 0)?.partition
    return partition !== undefined && wave.some(({ id }) => other.count(id) > 0)
  })
  return partition ?? 0
}
