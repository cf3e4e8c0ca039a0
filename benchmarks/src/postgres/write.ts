import { concurrently } from '../brokers/callers.js'
import { envelopeOf, orderOf } from '../brokers/order.js'
import type { Group, Stopwatch } from '../suite.js'
import { CALLERS, DatabaseScene, PAYLOAD_BYTES } from './scene.js'

const FILLER = 'x'.repeat(PAYLOAD_BYTES - 300)

/** 16 callers, each with one transaction after the other. */
export const write: Group = {
  name: 'business insert and outbox',
  effort: { rounds: 40, warmUpRounds: 5, batchMs: 250, longestMs: 60_000 },
  async prepare(scope) {
    const scene = await DatabaseScene.open(scope)
    const { pool, store, insertBusiness } = scene
    const orders = (number: number) => {
      const order = orderOf(number)
      return { ...order, data: { ...order.data, note: FILLER } }
    }
    const batch = (work: (number: number) => Promise<unknown>) => async (times: number, watch: Stopwatch) => {
      await concurrently(CALLERS, times, work)
      watch.stop()
      await scene.empty()
    }
    return [
      {
        name: 'raw',
        run: batch(async (number) => {
          const values = [Buffer.from(JSON.stringify(orders(number).data))]
          const client = await pool.connect()
          await client.query('begin')
          await client.query({ ...insertBusiness, values })
          await client.query('commit')
          client.release()
        }),
      },
      {
        name: 'outbox',
        run: batch((number) => {
          const order = orders(number)
          const values = [Buffer.from(JSON.stringify(order.data))]
          return store.unitOfWork.transact(async (transaction) => {
            await transaction.query(insertBusiness, values)
            await store.outbox.publish([envelopeOf(order, 'benchmarks')], { transaction })
          })
        }),
      },
    ]
  },
}
