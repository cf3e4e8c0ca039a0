import type { Runtime } from '../runtime/runtime.js'
import type {
  DelayedForwarder,
  Forwarder,
  OutgoingMessage,
  Route,
  TransportSubscription,
} from '../transport/transport.js'
import { toDeadLetterError } from './dead-letter-error.js'
import { failureHeaders } from './dead-letter-headers.js'
import { consumerName, type Failure } from './failure.js'

/** Header: the number of the coming attempt, from 1. */
export const ATTEMPT = 'x-attempt'
/** Header: not before this time, RFC 3339. */
export const RETRY_AT = 'x-retry-at'

export interface RetryTopicsOptions {
  readonly forwarder: Forwarder & Partial<DelayedForwarder>
  readonly group: string
  readonly service: string
  readonly runtime: Runtime
  /** How many there are for each topic. */
  readonly count: number
}

/** The retry topics of one consumer group: messages wait in them for their next attempt, as they were received. */
export class RetryTopics {
  readonly count: number

  constructor(private readonly options: RetryTopicsOptions) {
    this.count = options.count
  }

  /** Puts a message into the topic number `stage`; resolves once it is stored there. */
  async put(failure: Failure, stage: number, delayMs: number): Promise<void> {
    const { forwarder, runtime } = this.options
    const dueAtMs = runtime.clock.now() + delayMs
    const message = this.outgoing(failure, stage, new Date(dueAtMs).toISOString())
    if (typeof forwarder.forwardAfter === 'function') await forwarder.forwardAfter([message], delayMs)
    else await forwarder.forward([message])
  }

  /** How the retry topics of these routes are read. */
  subscription(
    action: string,
    routes: readonly Route[],
    deliver: TransportSubscription['deliver'],
  ): TransportSubscription {
    const { group, count } = this.options
    const stages = Array.from({ length: count }, (_, index) => index + 1)
    const topics = routes.flatMap(({ topic, types }) =>
      stages.map((stage) => ({ topic: retryTopicOf(topic, group, stage), types })),
    )
    // From their beginning: what waits there was put there for this group.
    return { group: retryGroupOf(group), action, routes: topics, startAt: 'earliest', deliver }
  }

  private outgoing(failure: Failure, stage: number, retryAt: string): OutgoingMessage {
    const { group, service, runtime } = this.options
    const { message, envelope, handler, error, attempts, firstFailedAt, replayCount } = failure
    const failedAt = runtime.timestamp()
    return {
      topic: retryTopicOf(message.topic, group, stage),
      type: envelope?.type,
      key: message.key,
      body: message.body,
      headers: {
        ...message.headers,
        ...failureHeaders({
          message,
          error: { ...toDeadLetterError(error, 'retries-exhausted'), stack: undefined },
          attempts,
          firstFailedAt: firstFailedAt ?? failedAt,
          failedAt,
          replayCount,
          handler,
          service,
          consumer: consumerName(group, handler),
        }),
        [ATTEMPT]: String(attempts + 1),
        [RETRY_AT]: retryAt,
      },
    }
  }
}

/** Where the messages of a topic wait that failed in a group, `stage` from 1. */
function retryTopicOf(topic: string, group: string, stage: number): string {
  return `${topic}.retry.${group}.${stage}`
}

/**
 * The group that reads the retry topics. Another one, because a message that waits would hold up what the group does with
 * its other topics: a change of its members waits for what is in flight.
 */
function retryGroupOf(group: string): string {
  return `${group}.retry.topics`
}
