import type { Envelope, Logger, ReceivedMessage, TransportSubscription } from '@gulo/core'
import { kafka, type KafkaOptions, type KafkaTransport } from '@gulo/kafka'
import { plainCodec } from './codec.js'

const servers = process.env['GULO_TEST_KAFKA']

/** Describes a situation that needs a real broker; skipped, with the reason in the title, where there is none. */
export function describeWithKafka(title: string, body: (brokers: readonly string[]) => void): void {
  if (servers) describe(title, () => body(servers.split(',')))
  else describe.skip(`${title} (skipped: GULO_TEST_KAFKA names no broker)`, () => body([]))
}

let count = 0
const run = Date.now().toString(36)

/** A name no other test and no earlier run has used. */
export function unique(name: string): string {
  count += 1
  return `${name}-${run}-${process.pid}-${count}`
}

export const quiet: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A started transport with short pauses. */
export async function startKafka(brokers: readonly string[], options: Partial<KafkaOptions> = {}): Promise<KafkaTransport> {
  const transport = kafka(testOptions(brokers, options))
  await transport.start()
  return transport
}

export function testOptions(brokers: readonly string[], options: Partial<KafkaOptions> = {}): KafkaOptions {
  return {
    brokers,
    codec: plainCodec,
    logger: quiet,
    maxWaitTimeInMs: 100,
    redeliveryDelayMs: 200,
    sessionTimeoutMs: 6000,
    heartbeatIntervalMs: 500,
    ...options,
  }
}

export function envelope(topic: string, id: string, partitionKey?: string, more: Partial<Envelope> = {}): Envelope {
  return { id, type: 'test.thing.happened.v1', source: 'test', topic, payload: { id }, partitionKey, ...more }
}

export function idOf({ headers }: ReceivedMessage): string {
  return String(headers['ce_id'])
}

/** A subscription that handles every message with `handle`, all of a delivery at once. */
export function subscriptionOf(
  topic: string,
  group: string,
  handle: (message: ReceivedMessage) => Promise<void> | void,
): TransportSubscription {
  return {
    group,
    action: 'test',
    routes: [{ topic, types: ['test.thing.happened.v1'] }],
    deliver: (messages) => messages.map(async (message) => handle(message)),
  }
}

/** Resolves once `condition` holds; the test's own time-out is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10))
}
