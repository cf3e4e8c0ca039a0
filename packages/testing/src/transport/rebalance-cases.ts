import { sleep, systemClock } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { Bell, consume, type Handle } from './consuming-scene.js'
import { type Scene, sceneCase } from './scene.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

const KEYS = 12
const WAVE = 60

/** What happens to messages in hand when a second member comes, and when it leaves. */
export function rebalanceCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  return [
    play('loses nothing when a second member comes and goes amid handling', async (scene) => {
      const work = await comeAndGo(scene)
      expect(work.effects.size).to.equal(work.published)
    }),
    play(
      'keeps each key in order when a second member comes and goes amid handling',
      async (scene) => {
        const work = await comeAndGo(scene)
        for (const [key, numbers] of work.byKey) expect(numbers, key).to.deep.equal(work.sorted(key))
      },
      (!facts.orderedByKey && 'the broker keeps no order per key') || lacking(facts, 'orderedAmongMembers'),
    ),
    play(
      'gives no message to a second member while the first has it in hand',
      async (scene) => {
        const work = await comeAndGo(scene)
        expect(work.overlaps, 'messages that two members had in hand').to.equal(0)
      },
      lacking(facts, 'drainsBeforeHandOver'),
    ),
  ]
}

/** Two members; the second comes while the first is at work, and goes while the publisher is. */
async function comeAndGo(scene: Scene): Promise<SharedWork> {
  const [topic, publisher, first, second] = [
    await scene.topic(),
    await scene.start(),
    await scene.start(),
    await scene.start(),
  ]
  const [work, bell] = [new SharedWork(), new Bell()]
  const handle =
    (member: string): Handle =>
    async ({ number, key = '' }) => {
      work.begin(number)
      // The time in which a partition may be taken away.
      await sleep(systemClock, 5)
      work.end(number, key, member)
      bell.ring()
    }
  const publish = async () => {
    const wave = scene.envelopes(topic, WAVE, (index) => {
      const [key, number] = [`key-${index % KEYS}`, work.published + index]
      return { partitionKey: key, payload: { number, key } }
    })
    work.published += WAVE
    await publisher.publish(wave)
  }
  await consume(scene, first, topic, handle('first'))
  await publish()
  await bell.until(scene, 'the first member is at work', () => work.effects.size > 0)
  const [consumer] = await Promise.all([consume(scene, second, topic, handle('second')), publish()])
  if (scene.facts.partitions > 1) {
    await scene.eventually('the second member has work', async () => {
      if (!work.members.has('second')) await publish()
      return work.members.has('second')
    })
  }
  await Promise.all([publish(), consumer.stop()])
  await second.stop()
  await publish()
  await bell.until(scene, 'everything has taken effect', () => work.effects.size === work.published)
  return work
}

/** What members of a group do together: an effect happens once, however often its message is handled. */
class SharedWork {
  published = 0
  overlaps = 0
  readonly effects = new Set<number>()
  readonly members = new Set<string>()
  readonly byKey = new Map<string, number[]>()
  private readonly inHand = new Map<number, number>()

  begin(number: number): void {
    const before = this.inHand.get(number) ?? 0
    if (before > 0) this.overlaps++
    this.inHand.set(number, before + 1)
  }

  end(number: number, key: string, member: string): void {
    this.inHand.set(number, (this.inHand.get(number) ?? 1) - 1)
    this.members.add(member)
    if (this.effects.has(number)) return
    this.effects.add(number)
    this.byKey.set(key, [...(this.byKey.get(key) ?? []), number])
  }

  sorted(key: string): number[] {
    return (this.byKey.get(key) ?? []).toSorted((one, other) => one - other)
  }
}
