import { anyError, failurePolicy, fixed, sleep, systemClock } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { gate } from '../suite/waiting.js'
import { Bell, consume, type Handle } from './consuming-scene.js'
import { type Scene, sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

const KEYS = ['one', 'two', 'three', 'four', 'five']

/** What a consumer does with the messages of a transport: keys in order, many at once. */
export function handlingCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const few = facts.maxInFlight < 50 && 'a member is given few messages at once'
  return [
    play(
      'has a consumer handle many keys of a partition at once, each in order',
      async (scene) => {
        const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
        const [log, three] = [new HandlingLog(), gate()]
        const handle: Handle = async ({ key = '', number }) => {
          log.begin(key)
          if (log.busy >= 3) three.open()
          // None ends before three are at work: without concurrency this waits for ever.
          await three.passed
          log.end(key, number)
          bell.ring()
        }
        await consume(scene, transport, topic, handle, { concurrency: 8 })
        const envelopes = keyed(scene, topic, 50)
        await transport.publish(envelopes)
        await bell.until(scene, 'all are handled', () => log.ended.length === envelopes.length)
        expect(log.overlaps, 'messages of one key at once').to.equal(0)
        for (const key of KEYS) expect(log.numbersOf(key), key).to.deep.equal(log.numbersOf(key).toSorted(ascending))
      },
      few || (!facts.orderedByKey && 'the broker keeps no order per key'),
    ),
    play(
      'has a consumer go on with other keys while the handler of one is slow',
      async (scene) => {
        const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
        const [slow, handled] = [gate(), [] as string[]]
        const handle: Handle = async ({ key = '' }) => {
          if (key === 'one') await slow.passed
          handled.push(key)
          bell.ring()
        }
        await consume(scene, transport, topic, handle, { concurrency: 8 })
        const envelopes = keyed(scene, topic, 25)
        await transport.publish(envelopes)
        await bell.until(scene, 'the other keys are handled', () => handled.length === 20)
        expect(handled).to.not.include('one')
        slow.open()
        await bell.until(scene, 'the slow key is handled', () => handled.length === 25)
      },
      few,
    ),
    play(
      'has a consumer handle as many messages at once as its concurrency says, and no more',
      async (scene) => {
        const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
        const [full, log] = [gate(), new HandlingLog()]
        const handle: Handle = async ({ number }) => {
          log.begin(String(number))
          if (log.busy === 3) full.open()
          await full.passed
          await sleep(systemClock, 0)
          log.end(String(number), number)
          bell.ring()
        }
        await consume(scene, transport, topic, handle, { concurrency: 3 })
        const envelopes = keyed(scene, topic, 30, (index) => `key-${index}`)
        await transport.publish(envelopes)
        await bell.until(scene, 'all are handled', () => log.ended.length === envelopes.length)
        expect(log.peak).to.equal(3)
      },
      few,
    ),
    play('has a consumer try again in place, and acknowledges what succeeds in the end', async (scene) => {
      const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
      const attempts: number[] = []
      const handle: Handle = (_, { attempt }) => {
        attempts.push(attempt)
        bell.ring()
        if (attempt < 3) throw new Error('not yet')
      }
      const policy = failurePolicy(anyError().retry(3, fixed(1)))
      const consumer = await consume(scene, transport, topic, handle, { policy })
      const [envelope, marker] = keyed(scene, topic, 2, () => 'one')
      await transport.publish(envelope ? [envelope] : [])
      await bell.until(scene, 'the third attempt', () => attempts.length === 3)
      await consumer.stop()
      const next = scene.collector()
      await scene.subscribe(transport, topic, next)
      await transport.publish(marker ? [marker] : [])
      await next.untilAll(marker ? [marker] : [])
      expect(attempts).to.deep.equal([1, 2, 3])
      expect(next.count(envelope?.id ?? ''), 'deliveries of what succeeded').to.equal(0)
    }),
  ]
}

/** Envelopes of one partition that tell their keys. */
function keyed(
  scene: Scene,
  topic: string,
  count: number,
  keyOf: (index: number) => string = (index) => KEYS[index % KEYS.length] as string,
) {
  const where = scene.facts.partitions > 0 ? { partition: 0 } : {}
  return scene.envelopes(topic, count, (index) => {
    const key = keyOf(index)
    return { partitionKey: key, payload: { number: index, key }, ...where }
  })
}

const ascending = (one: number, other: number) => one - other

/** What is being handled at a time, and in which order it ended. */
class HandlingLog {
  readonly ended: { readonly key: string; readonly number: number }[] = []
  overlaps = 0
  peak = 0
  private readonly active = new Map<string, number>()

  get busy(): number {
    return [...this.active.values()].reduce((sum, count) => sum + count, 0)
  }

  begin(key: string): void {
    const before = this.active.get(key) ?? 0
    if (before > 0) this.overlaps++
    this.active.set(key, before + 1)
    this.peak = Math.max(this.peak, this.busy)
  }

  end(key: string, number: number): void {
    this.active.set(key, (this.active.get(key) ?? 1) - 1)
    this.ended.push({ key, number })
  }

  numbersOf(key: string): number[] {
    return this.ended.filter((each) => each.key === key).map(({ number }) => number)
  }
}
