import type { ReceivedMessage } from '../transport/transport.js'
import type { DeadLetter } from './dead-letters.js'

const MAX_MESSAGE = 2048

/**
 * The `dlq-*` headers that go with a dead letter on a broker: UTF-8 text, decimal numbers, RFC 3339 times. Line breaks of
 * the stack stay; brokers carry them.
 */
export function deadLetterHeaders(letter: DeadLetter): Readonly<Record<string, string>> {
  const { message, error } = letter
  return present({
    'dlq-id': letter.id,
    'dlq-reason': letter.reason,
    'dlq-error': JSON.stringify({
      error: { code: error.code, message: error.message.slice(0, MAX_MESSAGE), details: error.details },
    }),
    'dlq-error-code': error.code,
    'dlq-error-type': error.type,
    'dlq-error-message': error.message.slice(0, MAX_MESSAGE),
    'dlq-error-stack': error.stack,
    'dlq-attempts': String(letter.attempts),
    'dlq-first-failed-at': letter.firstFailedAt,
    'dlq-failed-at': letter.failedAt,
    'dlq-replay-count': letter.replayCount === 0 ? undefined : String(letter.replayCount),
    'dlq-handler': letter.handler,
    'dlq-service': letter.service,
    'dlq-consumer-group': letter.consumer,
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
