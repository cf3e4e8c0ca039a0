import { type ContextOptions, MessageContext } from '../message/context.js'
import type { IntegrationEvent } from '../message/message.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import { shareRuntime } from '../runtime/runtime-user.js'
import type { TopicStrategy } from '../transport/topics.js'
import type { StopOptions, Transport } from '../transport/transport.js'
import { EnvelopeFactory } from './envelope-factory.js'

export interface EventPublisherOptions {
  readonly transport: Transport
  /** CloudEvents source: the name of the service. */
  readonly source: string
  /** @default byType */
  readonly topics?: TopicStrategy
  readonly runtime?: Runtime
}

/** Publishes integration events by hand, straight to a broker: for scripts, and for code that has no handlers. */
export class EventPublisher implements AsyncDisposable {
  private readonly transport: Transport
  private readonly runtime: Runtime
  private readonly envelopes: EnvelopeFactory

  constructor({ transport, source, topics, runtime = createRuntime() }: EventPublisherOptions) {
    this.transport = transport
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

  /** Publishes several events, in order per key; resolves once the broker has stored all. */
  async publishMany(events: readonly IntegrationEvent[], options?: ContextOptions): Promise<void> {
    const context = new MessageContext(this.runtime, options)
    await this.transport.publish(events.map((event) => this.envelopes.make(event, context)))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
