import { concurrently } from '../brokers/callers.js'
import { envelopeOf, orderOf } from '../brokers/order.js'
import type { Group, Stopwatch } from '../suite.js'
import { publishRaw } from './raw.js'
import { RabbitScene } from './scene.js'

const CALLERS = 100

/** 100 callers, each of which publishes one message and waits for its confirm before its next. */
function publishing(kind: 'quorum' | 'classic'): Group {
  return {
    name: `publish, ${kind}`,
    // Short rounds and many: the broker's pauses then meet both sides alike.
    effort: { rounds: 60, warmUpRounds: 5, batchMs: 100, longestMs: 25_000 },
    async prepare(scope) {
      const scene = await RabbitScene.open(scope, kind === 'quorum')
      const transport = await scene.transport()
      const publish = (work: (number: number) => Promise<void>) => async (times: number, watch: Stopwatch) => {
        await concurrently(CALLERS, times, work)
        watch.stop()
        // A queue that grows from round to round would slow the later ones.
        await scene.empty()
      }
      return [
        { name: 'raw', run: publish((number) => publishRaw(scene, orderOf(number))) },
        {
          name: 'publish',
          run: publish((number) => transport.publish([envelopeOf(orderOf(number), scene.exchange)])),
        },
      ]
    },
  }
}

export const publishQuorum = publishing('quorum')
export const publishClassic = publishing('classic')
