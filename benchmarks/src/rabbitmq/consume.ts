import { Consumer } from '@gulo/core'
import type { Channel, ConsumeMessage } from 'amqplib'
import { Countdown } from '../brokers/countdown.js'
import { OrderPlacedV1 } from '../brokers/order.js'
import { quiet } from '../brokers/quiet.js'
import type { Group, Stopwatch } from '../suite.js'
import { eventIn } from './raw.js'
import { PREFETCH, RabbitScene } from './scene.js'

const MESSAGES = 1500

/** Fills a queue and reads it, from the first message to the last, each acknowledged; handlers do nothing. */
function consuming(kind: 'quorum' | 'classic'): Group {
  return {
    name: `consume, ${kind}`,
    effort: { rounds: 20, warmUpRounds: 2, batchMs: 0, longestMs: 40_000 },
    async prepare(scope) {
      const scene = await RabbitScene.open(scope, kind === 'quorum')
      const transport = await scene.transport()
      const times = MESSAGES
      const reader = (read: (countdown: Countdown) => Promise<void>) => async (_: number, watch: Stopwatch) => {
        await scene.fill(MESSAGES)
        await read(new Countdown(MESSAGES, watch))
      }
      const handle = async (_: unknown) => undefined
      return [
        { name: 'raw', times, run: reader((countdown) => readRaw(scene, countdown, () => undefined)) },
        {
          name: 'raw, decoded',
          times,
          run: reader((countdown) => readRaw(scene, countdown, (message) => handle(eventIn(message)))),
        },
        {
          name: 'subscribe',
          times,
          run: reader(async (countdown) => {
            const deliver = (messages: readonly unknown[]) => messages.map(async () => countdown.arrived())
            const subscription = await transport.subscribe({ ...scene.wanted, deliver })
            await countdown.done
            await subscription.close()
          }),
        },
        {
          name: 'Consumer',
          times,
          run: reader(async (countdown) => {
            const { group, action } = scene.wanted
            const consumer = new Consumer({ transport, group, action, topics: () => scene.exchange, logger: quiet })
            consumer.handle(OrderPlacedV1, async (event) => {
              await handle(event)
              countdown.arrived()
            })
            await consumer.start()
            await countdown.done
            await consumer.stop()
          }),
        },
      ]
    },
  }
}

export const consumeQuorum = consuming('quorum')
export const consumeClassic = consuming('classic')

async function readRaw(
  scene: RabbitScene,
  countdown: Countdown,
  handle: (message: ConsumeMessage) => Promise<unknown> | undefined,
): Promise<void> {
  const channel = await scene.model.createChannel()
  await channel.prefetch(PREFETCH)
  await channel.consume(scene.queue, (message) => {
    if (message === null) return
    const handled = handle(message)
    if (handled === undefined) done(channel, message, countdown)
    else void handled.then(() => done(channel, message, countdown))
  })
  await countdown.done
  await channel.close()
}

function done(channel: Channel, message: ConsumeMessage, countdown: Countdown): void {
  channel.ack(message)
  countdown.arrived()
}
