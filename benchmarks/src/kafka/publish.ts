import { concurrently } from '../brokers/callers.js'
import { envelopeOf, orderOf, wireOf } from '../brokers/order.js'
import type { Group } from '../suite.js'
import { confluentProducer } from './confluent.js'
import { KafkaScene } from './scene.js'

const CALLERS = 100
const PARTITIONS = 3

/** 100 callers, each of which publishes one message and waits until it is stored before its next. */
export const singles: Group = {
  name: 'single publishes',
  async prepare(scope) {
    const scene = await KafkaScene.open(scope)
    const topic = await scene.topic(PARTITIONS)
    const producer = await scene.producer()
    const transport = await scene.transport()
    const confluent = await confluentProducer(scope, scene.brokers)
    if (typeof confluent === 'string') scope.skip('librdkafka', confluent)
    return [
      {
        name: 'raw',
        run: (times) =>
          concurrently(CALLERS, times, (number) =>
            producer.send({ topic, acks: -1, messages: [wireOf(orderOf(number), 'ce_')] }),
          ),
      },
      {
        name: 'publish',
        run: (times) =>
          concurrently(CALLERS, times, (number) => transport.publish([envelopeOf(orderOf(number), topic)])),
      },
      ...(typeof confluent === 'string'
        ? []
        : [
            {
              name: 'librdkafka',
              run: (times: number) =>
                concurrently(CALLERS, times, (number) =>
                  confluent.send({ topic, messages: [wireOf(orderOf(number), 'ce_')] }),
                ),
            },
          ]),
    ]
  },
}

/** As `singles`, but of bytes with one header: what is left is the sending itself. */
export const forwards: Group = {
  name: 'single forwards',
  async prepare(scope) {
    const scene = await KafkaScene.open(scope)
    const topic = await scene.topic(PARTITIONS)
    const producer = await scene.producer()
    const transport = await scene.transport()
    return [
      {
        name: 'raw',
        run: (times) =>
          concurrently(CALLERS, times, (number) => {
            const { key, value, headers } = bareOf(number)
            return producer.send({ topic, acks: -1, messages: [{ key, value, headers }] })
          }),
      },
      {
        name: 'forward',
        run: (times) =>
          concurrently(CALLERS, times, (number) => {
            const { key, value, headers } = bareOf(number)
            return transport.forward([{ topic, type: undefined, key, body: value, headers }])
          }),
      },
    ]
  },
}

function bareOf(number: number) {
  const { id, key, data } = orderOf(number)
  return { key, value: Buffer.from(JSON.stringify(data)), headers: { id } }
}

const BATCH = 100

/** One caller that publishes 100 messages and waits until they are stored before its next 100. */
export const batches: Group = {
  name: 'batches of 100',
  async prepare(scope) {
    const scene = await KafkaScene.open(scope)
    const topic = await scene.topic(PARTITIONS)
    const producer = await scene.producer()
    const transport = await scene.transport()
    const times = 60 * BATCH
    return [
      {
        name: 'raw',
        times,
        async run() {
          for (let start = 0; start < times; start += BATCH) {
            const messages = ordersFrom(start).map((order) => wireOf(order, 'ce_'))
            await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] })
          }
        },
      },
      {
        name: 'publish',
        times,
        async run() {
          for (let start = 0; start < times; start += BATCH) {
            await transport.publish(ordersFrom(start).map((order) => envelopeOf(order, topic)))
          }
        },
      },
    ]
  },
}

function ordersFrom(start: number) {
  return Array.from({ length: BATCH }, (_, index) => orderOf(start + index))
}
