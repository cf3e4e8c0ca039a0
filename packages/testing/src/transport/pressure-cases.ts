import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sleep, systemClock } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { gate } from '../suite/waiting.js'
import { sceneCase } from './scene.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

const BATCH = 250
const BODY_BYTES = 4000
/** 10,000 messages of 4 kB are 40 MB. */
const WAITING = 10_000
/** A client may hold two fetches in hand, of 10 MB each. */
const MAX_GROWTH_BYTES = 30_000_000
const ROUNDS = 5

/** What becomes of messages that nobody has time for. */
export function pressureCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  return [
    play(
      'leaves 10000 waiting messages at the broker, not in memory',
      async (scene) => {
        const [transport, topic] = [await scene.start(), await scene.topic()]
        const closed = gate()
        const stuck = scene.collector(() => closed.passed)
        await scene.subscribe(transport, topic, stuck)
        const body = new Uint8Array(BODY_BYTES).fill(7)
        const before = await usedBytes()
        for (let sent = 0; sent < WAITING; sent += BATCH) {
          const batch = scene.envelopes(topic, BATCH, () => ({
            payload: body,
            contentType: 'application/octet-stream',
          }))
          await transport.publish(batch)
        }
        await stuck.until('something is handed out', () => stuck.deliveries.length > 0)
        expect((await usedBytes()) - before, 'bytes more in memory').to.be.below(MAX_GROWTH_BYTES)
        expect(stuck.deliveries.length, 'messages handed out').to.be.at.most(facts.maxInFlight)
        closed.open()
      },
      lacking(facts, 'keepsElsewhere'),
    ),
  ]
}

/** What is in use once everything else is cleared away, which takes several rounds: buffers are swept beside the program. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    collect()
    await sleep(systemClock, 20)
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    least = Math.min(least, heapUsed + arrayBuffers)
  }
  return least
}
