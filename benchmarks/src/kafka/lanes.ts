import { setTimeout as sleep } from 'node:timers/promises'
import { Consumer } from '@gulo/core'
import { Countdown } from '../brokers/countdown.js'
import { OrderPlacedV1 } from '../brokers/order.js'
import { quiet } from '../brokers/quiet.js'
import type { Group } from '../suite.js'
import { KafkaScene } from './scene.js'

const HANDLING_MS = 5
const KEYS = 64
const ALONE = 100
const TOGETHER = 6400
const MAX_WAIT_MS = 100

/** Handlers that wait 5 ms, 64 keys in one partition: one message after the other, or keys beside each other. */
export const lanes: Group = {
  name: 'keys of one partition',
  effort: { rounds: 8, warmUpRounds: 1, batchMs: 0, longestMs: 20_000 },
  async prepare(scope) {
    const scene = await KafkaScene.open(scope)
    const topic = await scene.filledTopic(1, TOGETHER, KEYS)
    const transport = await scene.transport({ maxWaitTimeInMs: MAX_WAIT_MS })
    return [
      {
        name: 'serial',
        times: ALONE,
        async run(_, watch) {
          const countdown = new Countdown(ALONE, watch)
          const raw = scene.client.consumer({ groupId: scene.group(), maxWaitTimeInMs: MAX_WAIT_MS })
          let left = ALONE
          await raw.connect()
          await raw.subscribe({ topic, fromBeginning: true })
          await raw.run({
            autoCommit: false,
            async eachMessage() {
              if (left-- <= 0) return
              await sleep(HANDLING_MS)
              countdown.arrived()
            },
          })
          await countdown.done
          await raw.disconnect()
        },
      },
      {
        name: 'Consumer',
        times: TOGETHER,
        async run(_, watch) {
          const countdown = new Countdown(TOGETHER, watch)
          const concurrency = KEYS
          const options = { transport, group: scene.group(), topics: () => topic, concurrency, logger: quiet }
          const consumer = new Consumer(options)
          consumer.handle(OrderPlacedV1, async () => {
            await sleep(HANDLING_MS)
            countdown.arrived()
          })
          await consumer.start()
          await countdown.done
          await consumer.stop()
        },
      },
    ]
  },
}
