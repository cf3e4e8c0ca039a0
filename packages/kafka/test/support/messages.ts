import type { Envelope, Logger, ReceivedMessage, TransportSubscription } from '@gulo/core'
import type { KafkaOptions } from '@gulo/kafka'
import { plainCodec } from './codec.js'

export const quiet: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Options with short pauses, and a codec that shows ids. */
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
