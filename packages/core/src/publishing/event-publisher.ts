import { fault, reportFaults } from '../faults.js'
import { type ContextOptions, MessageContext } from '../message/context.js'
import { contextFault } from '../message/context-options.js'
import { describeValue, type IntegrationEvent, kindOf, withArticle } from '../message/message.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import { shareRuntime } from '../runtime/runtime-user.js'
import type { TopicStrategy } from '../transport/topics.js'
import type { StopOptions, Transport } from '../transport/transport.js'
import { EnvelopeFactory } from './envelope-factory.js'
import { type KeepUnsent, keepOrFail } from './unsent.js'

export interface EventPublisherOptions {
  readonly transport: Transport
  /** CloudEvents source: the name of the service. */
  readonly source: string
  /** @default byType */
  readonly topics?: TopicStrategy
  readonly runtime?: Runtime
  /** What becomes of events that could not be published: the error, or whoever keeps them. @default 'reject' */
  readonly onPublishFailure?: 'reject' | KeepUnsent
}

/** Publishes integration events by hand, straight to a broker: for scripts, and for code that has no handlers. */
export class EventPublisher implements AsyncDisposable {
  private readonly transport: Transport
  private readonly runtime: Runtime
  private readonly envelopes: EnvelopeFactory
  private readonly keepUnsent: KeepUnsent | undefined

  /** @throws GULO_CONFIGURATION_INVALID */
  constructor(options: EventPublisherOptions) {
    const { transport, source, topics, runtime = createRuntime(), onPublishFailure = 'reject' } = options ?? {}
    if (!transport)
      reportFaults('the event publisher', ['transport is missing: give it kafka(…) or memoryTransport().'])
    if (onPublishFailure !== 'reject' && typeof onPublishFailure !== 'function')
      reportFaults('the event publisher', [
        `onPublishFailure is ${describeValue(onPublishFailure)}: use "reject", or toDeadLetters(…).`,
      ])
    this.transport = transport
    this.keepUnsent = onPublishFailure === 'reject' ? undefined : onPublishFailure
    this.runtime = runtime
    this.envelopes = new EnvelopeFactory({ source, runtime, ...(topics && { topics }) })
    shareRuntime(runtime, transport)
  }

  /** Connects. */
  async start(): Promise<this> {
    await this.transport.start()
    return this
  }

  /** Flushes and disconnects. */
  stop(options?: StopOptions): Promise<void> {
    return this.transport.stop(options)
  }

  /** Publishes one event; resolves once the broker has stored it. */
  publish(event: IntegrationEvent, options?: ContextOptions): Promise<void> {
    return this.publishMany([event], options)
  }

  /** Publishes several events, in order per key; resolves once the broker has stored all, or what it has not is kept. */
  async publishMany(events: readonly IntegrationEvent[], options?: ContextOptions): Promise<void> {
    const wrong = options && contextFault(options, 'publish')
    if (wrong !== undefined) throw wrong
    for (const event of events) checkEvent(event)
    const context = new MessageContext(this.runtime, options)
    const envelopes = events.map((event) => this.envelopes.make(event, context))
    try {
      await this.transport.publish(envelopes)
    } catch (error) {
      if (this.keepUnsent === undefined) throw error
      await keepOrFail(this.keepUnsent, error, envelopes)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

function checkEvent(event: unknown): void {
  const kind = kindOf(event)
  if (kind === 'integration event') return
  if (kind === undefined) {
    const found = describeValue(event)
    throw fault('GULO_NOT_A_MESSAGE', { operation: 'publish', found, expected: 'integration event' })
  }
  throw fault('GULO_WRONG_KIND', {
    operation: 'publish',
    message: (event as object).constructor.name,
    kind: withArticle(kind),
  })
}
