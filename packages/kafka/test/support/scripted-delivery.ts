import type { ReceivedMessage } from '@gulo/core'
import { type KafkaOptions, kafka } from '@gulo/kafka'
import { FakeClient } from './fake-client.js'
import { BatchTold, type FakeConsumer } from './fake-consumer.js'
import { manualRuntime, settled } from './manual-clock.js'
import { idOf, testOptions } from './messages.js'

/** A message that a test has in its hands. */
interface Handling {
  readonly id: string
  resolve(): void
  reject(error?: Error): void
}

/** A subscription to `t` on a scripted client; the test settles each message by its offset. */
export async function startDelivery(options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  client.topics.set('t', [1])
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, ...options }))
  await transport.start()
  const deliveries: string[][] = []
  const handling = new Map<string, Handling>()
  const subscription = {
    group: 'g',
    action: 'test',
    routes: [{ topic: 't', types: ['x'] }],
    deliver(messages: readonly ReceivedMessage[]) {
      deliveries.push(messages.map(idOf))
      return messages.map(
        (message) =>
          new Promise<void>((resolve, reject) => {
            handling.set(idOf(message), {
              id: idOf(message),
              resolve,
              reject: (error = new Error('no')) => reject(error),
            })
          }),
      )
    },
  }
  const handle = await transport.subscribe(subscription)
  const consumer = client.consumers[0] as FakeConsumer
  const done = async (...ids: (number | string)[]) => {
    await settled()
    for (const id of ids) handling.get(String(id))?.resolve()
    await settled()
  }
  const refuse = async (id: number | string) => {
    await settled()
    handling.get(String(id))?.reject()
    await settled()
  }
  return { client, clock, consumer, deliveries, done, handle, refuse, told: new BatchTold(), transport }
}
