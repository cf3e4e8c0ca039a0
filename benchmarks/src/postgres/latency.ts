import { setTimeout as sleep } from 'node:timers/promises'
import { type Publisher, Relay } from '@gulo/core'
import { envelopeOf, orderOf } from '../brokers/order.js'
import { quiet } from '../brokers/quiet.js'
import type { Group } from '../suite.js'
import { DatabaseScene } from './scene.js'

const PER_SECOND = 500
const TRANSACTIONS = 1000

/** 500 transactions a second at even times, whoever is slow; from the answer to COMMIT to the call of the publisher. */
export const latency: Group = {
  name: 'commit to publisher',
  effort: { rounds: 6, warmUpRounds: 1, batchMs: 0 },
  async prepare(scope) {
    const { store, insertBusiness } = await DatabaseScene.open(scope)
    const committed = new Map<string, number>()
    const handed = new Map<string, number>()
    const took: number[] = []
    const publisher: Publisher = {
      async publish(envelopes) {
        for (const { id } of envelopes) handed.set(id, performance.now())
      },
    }
    const relay = new Relay({ outbox: store.outbox, publisher, logger: quiet })
    relay.start()
    scope.defer(() => relay.stop())
    const transaction = async (number: number) => {
      const order = orderOf(number)
      await store.unitOfWork.transact(async (own) => {
        await own.query(insertBusiness, [Buffer.from(JSON.stringify(order.data))])
        await store.outbox.publish([envelopeOf(order, 'benchmarks')], { transaction: own })
      })
      committed.set(order.id, performance.now())
    }
    return [
      {
        name: 'open loop',
        times: TRANSACTIONS,
        async run(times) {
          const all: Promise<void>[] = []
          const from = performance.now()
          for (let number = 0; number < times; number++) {
            const dueMs = from + (number * 1000) / PER_SECOND - performance.now()
            if (dueMs > 0) await sleep(dueMs)
            all.push(transaction(number))
          }
          await Promise.all(all)
          while (handed.size < committed.size) await sleep(5)
          for (const [id, at] of committed) took.push(Math.max(0, (handed.get(id) as number) - at))
          committed.clear()
          handed.clear()
        },
        figures: () => {
          const sorted = took.toSorted((left, right) => left - right)
          const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] as number
          return { p50: at(0.5), p99: at(0.99) }
        },
      },
    ]
  },
}
