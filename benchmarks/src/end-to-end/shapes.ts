import type { Group } from '../suite.js'
import { EndToEndScene } from './scene.js'

const COMMANDS = 20_000
const QUICK_COMMANDS = 4000
const PER_SECOND = 200
const PACED_COMMANDS = 1000

/** One writer with so many relays and so many consumers, each a process: first as fast as they can, then at a steady pace. */
export function shape(broker: 'kafka' | 'rabbitmq', relays: number, consumers: number): Group {
  return {
    name: `${broker}, relays: ${relays}, consumers: ${consumers}`,
    effort: { rounds: 3, warmUpRounds: 0, batchMs: 0 },
    async prepare(scope) {
      const scene = await EndToEndScene.open(scope, broker)
      const crew = await scene.crew(relays, consumers)
      await crew.handle(PACED_COMMANDS, PER_SECOND)
      const paced = crew.tookMs.toSorted((left, right) => left - right)
      const at = (part: number) => paced[Math.floor((paced.length - 1) * part)] as number
      return [
        {
          name: 'flow',
          times: scope.quick ? QUICK_COMMANDS : COMMANDS,
          run: (times) => crew.handle(times),
          figures: () => ({
            p50Ms: at(0.5),
            p95Ms: at(0.95),
            p99Ms: at(0.99),
            largestMb: scene.largestMegabytes(),
          }),
        },
      ]
    },
  }
}
