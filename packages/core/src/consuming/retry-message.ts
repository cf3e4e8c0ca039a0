import type { ReceivedMessage } from '../transport/transport.js'
import { FAILURE_HEADERS } from './dead-letter-headers.js'
import type { Redelivery } from './redelivery.js'
import { ATTEMPT, RETRY_AT } from './retry-topics.js'

/** A message of a retry topic: what it was when it was first received, and what it waits for. */
export interface RetryMessage {
  readonly redelivery: Redelivery
  /** Milliseconds since 1970; `undefined` when it does not say. */
  readonly dueAtMs: number | undefined
}

const STAGE_HEADERS: ReadonlySet<string> = new Set([...FAILURE_HEADERS, ATTEMPT, RETRY_AT])
const LONGEST_NAME = 1024

/**
 * Reads a message of a retry topic of `group`. What its headers do not say, or say in a way that cannot be, counts as not
 * said: it is then tried from the beginning, by every handler.
 */
export function fromRetryTopic(message: ReceivedMessage, group: string): RetryMessage {
  const text = (name: string) => textOf(message.headers[name])
  return {
    redelivery: {
      group,
      handler: text('dlq-handler')?.slice(0, LONGEST_NAME),
      message: originalOf(message, group, text),
      attempt: Math.max(wholeNumber(text(ATTEMPT)) ?? 1, 1),
      firstFailedAt: timeOf(text('dlq-first-failed-at')) === undefined ? undefined : text('dlq-first-failed-at'),
      replayCount: wholeNumber(text('dlq-replay-count')) ?? 0,
    },
    dueAtMs: timeOf(text(RETRY_AT)),
  }
}

/** The message as it was before it went into retry topics. */
function originalOf(
  message: ReceivedMessage,
  group: string,
  text: (name: string) => string | undefined,
): ReceivedMessage {
  const offset = text('dlq-original-offset')
  return {
    topic: originalTopic(message.topic, group) ?? text('dlq-original-topic') ?? message.topic,
    partition: wholeNumber(text('dlq-original-partition')),
    offset: offset !== undefined && /^\d{1,20}$/.test(offset) ? offset : undefined,
    queue: text('dlq-original-queue'),
    timestamp: wholeNumber(text('dlq-original-timestamp')),
    redeliveries: message.redeliveries,
    key: message.key,
    body: message.body,
    headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => !STAGE_HEADERS.has(name))),
  }
}

// The name of the topic is true whatever the headers claim.
function originalTopic(topic: string, group: string): string | undefined {
  const at = topic.lastIndexOf(`.retry.${group}.`)
  return at > 0 ? topic.slice(0, at) : undefined
}

function textOf(value: string | Uint8Array | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : new TextDecoder().decode(value)
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
