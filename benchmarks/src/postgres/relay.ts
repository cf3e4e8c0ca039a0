import type { Group } from '../suite.js'
import { DatabaseScene } from './scene.js'

const STEADY = 20_000
const BACKLOG = 1_000_000
const QUICK_BACKLOG = 100_000
const MEGABYTE = 2 ** 20

/** A full outbox relayed to a publisher that does nothing, from the first batch to the last row. */
export const relaying: Group = {
  name: 'relay',
  effort: { rounds: 12, warmUpRounds: 2, batchMs: 0, longestMs: 60_000 },
  async prepare(scope) {
    const scene = await DatabaseScene.open(scope)
    return [
      {
        name: 'relay',
        times: STEADY,
        async run(times, watch) {
          await scene.fill(times)
          await scene.relay(times, () => watch.start())
        },
      },
    ]
  },
}

/** The rows of an outage beside those of a steady state. */
export const backlog: Group = {
  name: 'backlog after an outage',
  effort: { rounds: 2, warmUpRounds: 0, batchMs: 0 },
  async prepare(scope) {
    const scene = await DatabaseScene.open(scope)
    const steady = async (times: number, watch: { start(): void; stop(): void }) => {
      await scene.fill(times)
      await scene.relay(times, () => watch.start())
      watch.stop()
      await scene.empty()
    }
    let growth = 0
    // What compiles the code and opens the connections must not count for the first variant alone.
    for (let round = 0; round < 3; round++) await steady(STEADY, { start: () => undefined, stop: () => undefined })
    return [
      { name: 'raw', times: STEADY, run: steady },
      {
        name: 'backlog',
        times: scope.quick ? QUICK_BACKLOG : BACKLOG,
        async run(times, watch) {
          await scene.fill(times)
          const before = process.memoryUsage().rss
          const watching = setInterval(() => {
            growth = Math.max(growth, process.memoryUsage().rss - before)
          }, 50)
          await scene.relay(times, () => watch.start())
          watch.stop()
          clearInterval(watching)
          await scene.empty()
        },
        figures: () => ({ growth: growth / MEGABYTE }),
      },
    ]
  },
}
