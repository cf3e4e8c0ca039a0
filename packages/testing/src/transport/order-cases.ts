import type { Envelope, Transport } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { KeyedWork } from './keyed-work.js'
import { type Scene, sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

const KEYS = Array.from({ length: 8 }, (_, index) => `key-${index}`)

/** What order messages of one key keep. */
export function orderCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const noOrder = !facts.orderedByKey && 'the broker keeps no order per key'
  return [
    play(
      'delivers messages of one key in order',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        await scene.subscribe(transport, topic, member)
        const envelopes = scene.envelopes(topic, facts.messages, (index) => ({
          partitionKey: KEYS[index % KEYS.length],
        }))
        await transport.publish(envelopes)
        await member.untilAll(envelopes)
        expectOrder(envelopes, member.ids())
      },
      noOrder,
    ),
    play(
      'keeps the order of a key among many concurrent publishers',
      async (scene) => {
        const [topic, member] = [await scene.topic(), scene.collector()]
        await scene.subscribe(await scene.start(), topic, member)
        const published = await Promise.all(
          KEYS.map(async (key) => publishInSteps(scene, await scene.start(), topic, key)),
        )
        await member.untilAll(published.flat())
        expectOrder(published.flat(), member.ids())
      },
      noOrder,
    ),
    play(
      'keeps the order of a key of one publisher that does not wait',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        await scene.subscribe(transport, topic, member)
        const envelopes = scene.envelopes(topic, facts.messages, (index) => ({
          partitionKey: KEYS[index % KEYS.length],
        }))
        await Promise.all(envelopes.map((envelope) => transport.publish([envelope])))
        await member.untilAll(envelopes)
        expectOrder(envelopes, member.ids())
      },
      noOrder,
    ),
    play(
      'keeps the order of a key when messages are rejected and delivered again',
      async (scene) => {
        const [transport, topic] = [await scene.start(), await scene.topic()]
        const envelopes = scene.envelopes(topic, 60, (index) => ({ partitionKey: KEYS[index % 4] }))
        const flaky = new Set(envelopes.filter((_, index) => index % 5 === 2).map(({ id }) => id))
        const tried = new Set<string>()
        const work = new KeyedWork((id) => {
          if (!flaky.has(id) || tried.has(id)) return
          tried.add(id)
          throw new Error('not yet')
        })
        const member = scene.collector(work.take)
        await scene.subscribe(transport, topic, member)
        await transport.publish(envelopes)
        const done = () => work.effects.length === envelopes.length
        await member.until('every message has taken effect', done)
        expectOrder(envelopes, work.effects)
      },
      noOrder,
    ),
  ]
}

async function publishInSteps(
  scene: Scene,
  transport: Transport,
  topic: string,
  partitionKey: string,
): Promise<Envelope[]> {
  const envelopes = scene.envelopes(topic, Math.ceil(scene.facts.messages / KEYS.length), () => ({ partitionKey }))
  for (let start = 0; start < envelopes.length; start += 3) await transport.publish(envelopes.slice(start, start + 3))
  return envelopes
}

function expectOrder(published: readonly Envelope[], ids: readonly string[]): void {
  const positions = new Map(ids.map((id, index) => [id, index]))
  for (const key of new Set(published.map(({ partitionKey }) => partitionKey))) {
    const wanted = published.filter(({ partitionKey }) => partitionKey === key).map(({ id }) => id)
    const found = [...wanted].sort((one, other) => (positions.get(one) ?? -1) - (positions.get(other) ?? -1))
    expect(found, `order of ${key}`).to.deep.equal(wanted)
  }
}
