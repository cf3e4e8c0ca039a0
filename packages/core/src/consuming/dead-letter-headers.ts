import type { ReceivedMessage } from '../transport/transport.js'
import type { DeadLetter } from './dead-letters.js'

const MAX_MESSAGE = 2048

/** The names of the headers that {@link failureHeaders} makes. */
export const FAILURE_HEADERS: readonly string[] = [
  'dlq-error',
  'dlq-error-code',
  'dlq-error-type',
  'dlq-error-message',
  'dlq-error-stack',
  'dlq-attempts',
  'dlq-first-failed-at',
  'dlq-failed-at',
  'dlq-replay-count',
  'dlq-handler',
  'dlq-service',
  'dlq-consumer-group',
  'dlq-original-topic',
  'dlq-original-partition',
  'dlq-original-offset',
  'dlq-original-queue',
  'dlq-original-timestamp',
]

/** What the headers of a message tell of its failure. */
export type ToldFailure = Pick<
  DeadLetter,
  'message' | 'error' | 'attempts' | 'firstFailedAt' | 'failedAt' | 'replayCount' | 'handler' | 'service' | 'consumer'
>

/**
 * The `dlq-*` headers that go with a dead letter on a broker: UTF-8 text, decimal numbers, RFC 3339 times. Line breaks of
 * the stack stay; brokers carry them.
 */
export function deadLetterHeaders(letter: DeadLetter): Readonly<Record<string, string>> {
  return { 'dlq-id': letter.id, 'dlq-reason': letter.reason, ...failureHeaders(letter) }
}

/** The headers of a message that failed, whether it is set aside or waits for another attempt. */
export function failureHeaders(failure: ToldFailure): Readonly<Record<string, string>> {
  const { message, error } = failure
  return present({
    'dlq-error': JSON.stringify({
      error: { code: error.code, message: error.message.slice(0, MAX_MESSAGE), details: error.details },
    }),
    'dlq-error-code': error.code,
    'dlq-error-type': error.type,
    'dlq-error-message': error.message.slice(0, MAX_MESSAGE),
    'dlq-error-stack': error.stack,
    'dlq-attempts': String(failure.attempts),
    'dlq-first-failed-at': failure.firstFailedAt,
    'dlq-failed-at': failure.failedAt,
    'dlq-replay-count': failure.replayCount === 0 ? undefined : String(failure.replayCount),
    'dlq-handler': failure.handler,
    'dlq-service': failure.service,
    'dlq-consumer-group': failure.consumer,
    ...originHeaders(message),
  })
}

function originHeaders(message: ReceivedMessage): Record<string, string | undefined> {
  return {
    'dlq-original-topic': message.topic,
    'dlq-original-partition': message.partition?.toString(),
    'dlq-original-offset': message.offset,
    'dlq-original-queue': message.queue,
    'dlq-original-timestamp': message.timestamp?.toString(),
  }
}

function present(headers: Record<string, string | undefined>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
