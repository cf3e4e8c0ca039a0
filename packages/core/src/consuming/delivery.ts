import { GuloError, reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import type { RegisteredHandler } from '../handling/registry.js'
import type { Envelope } from '../message/envelope.js'
import { describeValue, type Message, type MessageClass } from '../message/message.js'
import type { PartitionOffset, ReceivedMessage } from '../transport/transport.js'
import type { Arrival, ArrivalLanes, History } from './arrival.js'
import { attempt, checkEnabled } from './attempts.js'
import type { ConsumerParts, Task } from './consumer-parts.js'
import { nameOf } from './owned-partitions.js'
import { passBy } from './pass-by.js'
import type { Redelivery } from './redelivery.js'
import { fromRetryTopic } from './retry-message.js'
import { setAside } from './set-aside.js'
import { untilDue } from './until-due.js'

/** The handlers of a wire type. */
export interface TypeRoute {
  readonly messageClass: MessageClass
  readonly handlers: readonly RegisteredHandler[]
}

const DONE = Promise.resolve()
const NEW: History = Object.freeze({ attempt: 1, firstFailedAt: undefined, replayCount: 0, attemptLog: undefined })

/**
 * Takes messages from the wire to the attempts of their handlers: read, sort out, wait in the lane of the key. Only what
 * has to wait makes a promise: most messages have not, and each promise costs as much as a step of the work.
 */
export class Delivery {
  constructor(
    private readonly parts: ConsumerParts,
    private readonly routes: ReadonlyMap<string, TypeRoute>,
    private readonly lanes: ArrivalLanes,
  ) {}

  /**
   * Settles when the broker may forget the message (resolved) or has to deliver it again (rejected). No handler begins
   * before the caller has returned, who may be in the midst of its books.
   */
  accept(message: ReceivedMessage): Promise<void> {
    let envelope: Envelope
    try {
      envelope = this.read(message)
    } catch (error) {
      return this.quarantine('deserialization', message, undefined, error)
    }
    if (this.receive(envelope)) return DONE
    const route = this.routes.get(envelope.type)
    if (route === undefined) return this.unknownType(message, envelope)
    const { positions } = this.parts
    const lane = positions === undefined ? envelope.partitionKey : nameOf(message as PartitionOffset)
    const arrival = { ...route, message, envelope, history: NEW, lane }
    return this.lanes.enter(lane, positions === undefined ? this.handle : this.handleInPlace, arrival)
  }

  /** Gives a message to one handler once more. */
  async again(redelivery: Redelivery): Promise<void> {
    const envelope = await this.readable(redelivery.message)
    if (envelope !== undefined) await this.retry(redelivery, envelope)
  }

  private async retry({ message, handler: name, ...history }: Redelivery, envelope: Envelope): Promise<void> {
    const route = this.routes.get(envelope.type)
    const handlers = route?.handlers.filter((each) => name === undefined || each.name === name) ?? []
    if (route === undefined || handlers.length === 0)
      return this.withoutHandler({ message, handler: name, ...history }, envelope)
    const lane = envelope.partitionKey
    return this.lanes.run(lane, this.handle, { ...route, handlers, message, envelope, history, lane })
  }

  /** Like `accept`, for a message of a retry topic: when it is due it goes once more to the handler that failed. */
  async acceptRetry(received: ReceivedMessage): Promise<void> {
    const { dueAtMs, redelivery } = fromRetryTopic(received, this.parts.group)
    await untilDue(this.parts, dueAtMs)
    const envelope = await this.readable(redelivery.message)
    if (envelope !== undefined && !this.receive(envelope)) await this.retry(redelivery, envelope)
  }

  /** Tells of a message that can be read; answers whether it comes too late. */
  private receive(envelope: Envelope): boolean {
    const { observer, group, runtime } = this.parts
    observer?.({ kind: 'received', envelope, group })
    if (envelope.deliverBy === undefined || !(Date.parse(envelope.deliverBy) < runtime.clock.now())) return false
    observer?.({ kind: 'expired', envelope, group })
    return true
  }

  private readonly handleInPlace = async (arrival: Arrival): Promise<void> => {
    await this.handle(arrival)
    await passBy(this.parts, arrival.message)
  }

  private readonly handle = (arrival: Arrival): Promise<void> | undefined => {
    let event: object | Promise<object>
    try {
      event = this.parts.decode(arrival.messageClass, arrival.envelope.payload)
    } catch (error) {
      return this.undecodable(arrival, error)
    }
    if (!isThenable(event)) return this.tryAll(arrival, event as Message)
    return Promise.resolve(event).then(
      (made) => this.tryAll(arrival, made as Message),
      (error) => this.undecodable(arrival, error),
    )
  }

  private tryAll(arrival: Arrival, event: Message): Promise<void> | undefined {
    const { handlers } = arrival
    if (event === undefined) return undefined
    // Before any runs: the broker delivers again until all are enabled, and each time all would run.
    for (const handler of handlers) checkEnabled(handler, event)
    const [first] = handlers
    return first !== undefined && handlers.length === 1
      ? attempt(this.parts, taskOf(first, event, arrival))
      : attemptAll(this.parts, event, arrival)
  }

  /** @throws GULO_ENVELOPE_INVALID and what the decoder throws */
  private read(message: ReceivedMessage): Envelope {
    const envelope = this.parts.readEnvelope(message)
    if (typeof envelope?.type === 'string') return envelope
    throw fault('GULO_ENVELOPE_INVALID', { codec: 'readEnvelope', wrong: `it is ${describeValue(envelope)}` })
  }

  /** The envelope; `undefined` when the bytes cannot be read and are in quarantine now. */
  private async readable(message: ReceivedMessage): Promise<Envelope | undefined> {
    try {
      return this.read(message)
    } catch (error) {
      await this.quarantine('deserialization', message, undefined, error)
      return undefined
    }
  }

  /**
   * Puts data that break the contract into quarantine. An error that says it is worth another try, such as a rule that
   * could not reach its database, goes back to the broker.
   */
  private async undecodable({ message, envelope }: Arrival, error: unknown): Promise<void> {
    if ((error as { retryable?: unknown } | null)?.retryable === true) throw error
    const told = GuloError.is(error)
      ? error
      : fault('GULO_CONTRACT_VIOLATION', { type: envelope.type, reason: reasonOf(error) }, error)
    await this.quarantine('schema', message, envelope, told)
  }

  private async unknownType(message: ReceivedMessage, envelope: Envelope): Promise<void> {
    const { observer, group, unknownTypes, elsewhere } = this.parts
    if (unknownTypes === 'ignore' || elsewhere.has(envelope.type)) {
      observer?.({ kind: 'ignored', envelope, group, reason: 'unknown-type' })
      return
    }
    const error = fault('GULO_UNKNOWN_TYPE', { group, type: envelope.type })
    await setAside(this.parts, 'dead-letter', 'unknown-type', { ...untried(message, envelope), error })
  }

  // It has failed before, so it is not to vanish because its handler has.
  private withoutHandler({ message, handler, attempt, ...history }: Omit<Redelivery, 'group'>, envelope: Envelope) {
    const error = fault('GULO_UNKNOWN_TYPE', { group: this.parts.group, type: envelope.type })
    const failure = { message, envelope, handler, error, attempts: attempt - 1, ...history }
    return setAside(this.parts, 'dead-letter', 'unknown-type', failure)
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

function taskOf(handler: RegisteredHandler, event: Message, { message, envelope, history }: Arrival): Task {
  const { attempt: number, firstFailedAt, replayCount, attemptLog, ahead } = history
  const isFirst = history === NEW
  return { handler, event, envelope, message, attempt: number, firstFailedAt, replayCount, isFirst, attemptLog, ahead }
}

async function attemptAll(parts: ConsumerParts, event: Message, arrival: Arrival): Promise<void> {
  for (const handler of arrival.handlers) await attempt(parts, taskOf(handler, event, arrival))
}

function untried(message: ReceivedMessage, envelope: Envelope | undefined) {
  return { message, envelope, handler: undefined, attempts: 0, firstFailedAt: undefined, replayCount: 0 }
}

function isThenable(value: unknown): value is PromiseLike<object> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
