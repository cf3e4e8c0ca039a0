import { Consumer } from '@gulo/core'
import type { Kafka, KafkaMessage } from 'kafkajs'
import { Countdown } from '../brokers/countdown.js'
import { ORDER_PLACED, OrderPlacedV1 } from '../brokers/order.js'
import { quiet } from '../brokers/quiet.js'
import type { Group, Stopwatch } from '../suite.js'
import { KafkaScene } from './scene.js'

const MESSAGES = 40_000
const PARTITIONS = 3
// On both sides: how many partitions are handled at once, and how long a fetch waits, which delays leaving the group.
const AT_ONCE = 4
const MAX_WAIT_MS = 100

/** Reads a whole topic with a group of its own, from the first message to the last; handlers do nothing. */
export const consume: Group = {
  name: 'consume',
  effort: { rounds: 15, warmUpRounds: 1, batchMs: 0, longestMs: 50_000 },
  async prepare(scope) {
    const scene = await KafkaScene.open(scope)
    const topic = await scene.filledTopic(PARTITIONS, MESSAGES)
    const transport = await scene.transport({ maxWaitTimeInMs: MAX_WAIT_MS, partitionsConsumedConcurrently: AT_ONCE })
    const times = MESSAGES
    const handle = async (_: OrderPlacedV1) => undefined
    return [
      { name: 'raw', times, run: (_, watch) => readRaw(scene, topic, watch, () => undefined) },
      {
        name: 'raw, decoded',
        times,
        run: (_, watch) =>
          readRaw(scene, topic, watch, ({ value, headers }) => {
            if (String(headers?.['ce_type']) !== ORDER_PLACED) throw new Error('This is no order.')
            return handle(JSON.parse(String(value)) as OrderPlacedV1)
          }),
      },
      {
        name: 'subscribe',
        times,
        async run(_, watch) {
          const countdown = new Countdown(MESSAGES, watch)
          const handle = await transport.subscribe({
            group: scene.group(),
            action: 'read',
            routes: [{ topic, types: [ORDER_PLACED] }],
            deliver: (messages) => messages.map(async () => countdown.arrived()),
          })
          await countdown.done
          await handle.close()
        },
      },
      {
        name: 'Consumer',
        times,
        async run(_, watch) {
          const countdown = new Countdown(MESSAGES, watch)
          const consumer = new Consumer({ transport, group: scene.group(), topics: () => topic, logger: quiet })
          consumer.handle(OrderPlacedV1, async (event) => {
            await handle(event)
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

async function readRaw(
  scene: KafkaScene,
  topic: string,
  watch: Stopwatch,
  handle: (message: KafkaMessage) => Promise<unknown> | undefined,
): Promise<void> {
  const countdown = new Countdown(MESSAGES, watch)
  const consumer = joinedConsumer(scene.client, scene.group())
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: AT_ONCE,
    async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary }) {
      const { partition, messages } = batch
      for (const message of messages) {
        const handled = handle(message)
        if (handled !== undefined) await handled
        countdown.arrived()
      }
      resolveOffset(batch.lastOffset())
      const offset = String(BigInt(batch.lastOffset()) + 1n)
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] })
    },
  })
  await countdown.done
  await consumer.disconnect()
}

function joinedConsumer(client: Kafka, groupId: string) {
  return client.consumer({ groupId, maxWaitTimeInMs: MAX_WAIT_MS, allowAutoTopicCreation: false })
}
