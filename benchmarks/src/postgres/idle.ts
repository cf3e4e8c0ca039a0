import pg from 'pg'
import { median } from '../statistics.js'
import type { Group } from '../suite.js'
import { DatabaseScene } from './scene.js'

const DEAD_ROWS = 100_000
const POLLS = 50

/** Looks at an empty outbox whose rows are deleted and cannot be tidied up, because an old snapshot is still in use. */
export const idle: Group = {
  name: 'empty poll',
  effort: { rounds: 20, warmUpRounds: 2, batchMs: 0, longestMs: 20_000 },
  async prepare(scope) {
    const scene = await DatabaseScene.open(scope)
    const pinned = new pg.Client(scope.service)
    await pinned.connect()
    scope.defer(() => pinned.end())
    await pinned.query('begin isolation level repeatable read')
    await pinned.query('select 1')
    await scene.fill(DEAD_ROWS)
    await scene.relay(DEAD_ROWS, () => undefined)
    const took: number[] = []
    return [
      {
        name: 'claim',
        times: POLLS,
        async run(times) {
          for (let count = 0; count < times; count++) {
            const from = performance.now()
            const found = await scene.store.outbox.claim(500)
            took.push(performance.now() - from)
            if (found.length > 0) throw new Error('The outbox is not empty.')
          }
        },
        figures: () => ({ p50: median(took) }),
      },
    ]
  },
}
