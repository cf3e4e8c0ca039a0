import { GuloError, reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import type { RegisteredHandler } from '../handling/registry.js'
import type { Envelope } from '../message/envelope.js'
import { describeValue, type Message, type MessageClass } from '../message/message.js'
import type { ReceivedMessage } from '../transport/transport.js'
import { attempt, checkEnabled } from './attempts.js'
import type { ConsumerParts } from './consumer-parts.js'
import type { Lanes } from './lanes.js'
import type { Redelivery } from './redelivery.js'
import { setAside } from './set-aside.js'

/** The handlers of a wire type. */
export interface TypeRoute {
  readonly messageClass: MessageClass
  readonly handlers: readonly RegisteredHandler[]
}

/** Takes messages from the wire to the attempts of their handlers: read, sort out, wait in the lane of the key. */
export class Delivery {
  constructor(
    private readonly parts: ConsumerParts,
    private readonly routes: ReadonlyMap<string, TypeRoute>,
    private readonly lanes: Lanes,
  ) {}

  /** Settles when the broker may forget the message (resolved) or has to deliver it again (rejected). */
  async accept(message: ReceivedMessage): Promise<void> {
    const envelope = await this.read(message)
    if (envelope === undefined) return
    const { observer, group, runtime } = this.parts
    observer?.({ kind: 'received', envelope, group })
    if (isExpired(envelope, runtime.clock.now())) {
      observer?.({ kind: 'expired', envelope, group })
      return
    }
    const route = this.routes.get(envelope.type)
    if (route === undefined) return this.unknownType(message, envelope)
    const first = { attempt: 1, firstFailedAt: undefined, replayCount: 0 }
    return this.lanes.run(envelope.partitionKey, () => this.handle(message, envelope, route, route.handlers, first))
  }

  /** Gives a message to one handler once more. */
  async again({ message, handler: name, ...history }: Redelivery): Promise<void> {
    const envelope = await this.read(message)
    if (envelope === undefined) return
    const route = this.routes.get(envelope.type)
    const handlers = route?.handlers.filter((each) => name === undefined || each.name === name) ?? []
    if (route === undefined || handlers.length === 0) return this.unknownType(message, envelope)
    return this.lanes.run(envelope.partitionKey, () => this.handle(message, envelope, route, handlers, history))
  }

  private async handle(
    message: ReceivedMessage,
    envelope: Envelope,
    { messageClass }: TypeRoute,
    handlers: readonly RegisteredHandler[],
    history: Pick<Redelivery, 'attempt' | 'firstFailedAt' | 'replayCount'>,
  ): Promise<void> {
    const event = await this.decode(message, envelope, messageClass)
    if (event === undefined) return
    // Before any runs: the broker delivers again until all are enabled, and each time all would run.
    for (const handler of handlers) checkEnabled(handler, event)
    for (const handler of handlers) await attempt(this.parts, { handler, event, envelope, message, ...history })
  }

  /** The envelope; `undefined` when the bytes cannot be read and are in quarantine now. */
  private async read(message: ReceivedMessage): Promise<Envelope | undefined> {
    try {
      const envelope = this.parts.readEnvelope(message)
      if (typeof envelope?.type === 'string') return envelope
      throw fault('GULO_ENVELOPE_INVALID', { codec: 'readEnvelope', wrong: `it is ${describeValue(envelope)}` })
    } catch (error) {
      await this.quarantine('deserialization', message, undefined, error)
      return undefined
    }
  }

  /**
   * The event; `undefined` when its data break the contract and are in quarantine now. An error that says it is worth
   * another try, such as a rule that could not reach its database, goes back to the broker.
   */
  private async decode(
    message: ReceivedMessage,
    envelope: Envelope,
    messageClass: MessageClass,
  ): Promise<Message | undefined> {
    try {
      return (await this.parts.decode(messageClass, envelope.payload)) as Message
    } catch (error) {
      if ((error as { retryable?: unknown } | null)?.retryable === true) throw error
      const told = GuloError.is(error)
        ? error
        : fault('GULO_CONTRACT_VIOLATION', { type: envelope.type, reason: reasonOf(error) }, error)
      await this.quarantine('schema', message, envelope, told)
      return undefined
    }
  }

  private async unknownType(message: ReceivedMessage, envelope: Envelope): Promise<void> {
    const { observer, group, unknownTypes } = this.parts
    if (unknownTypes === 'ignore') {
      observer?.({ kind: 'ignored', envelope, group, reason: 'unknown-type' })
      return
    }
    const error = fault('GULO_UNKNOWN_TYPE', { group, type: envelope.type })
    await setAside(this.parts, 'dead-letter', 'unknown-type', { ...untried(message, envelope), error })
  }

  private quarantine(
    reason: 'deserialization' | 'schema',
    message: ReceivedMessage,
    envelope: Envelope | undefined,
    error: unknown,
  ): Promise<void> {
    return setAside(this.parts, 'quarantine', reason, { ...untried(message, envelope), error })
  }
}

function untried(message: ReceivedMessage, envelope: Envelope | undefined) {
  return { message, envelope, handler: undefined, attempts: 0, firstFailedAt: undefined, replayCount: 0 }
}

function isExpired({ deliverBy }: Envelope, nowMs: number): boolean {
  return deliverBy !== undefined && Date.parse(deliverBy) < nowMs
}
