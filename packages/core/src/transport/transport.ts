import type { Envelope } from '../message/envelope.js'

/** Sends envelopes: to a broker, or into an outbox that a relay empties. Wiring decides which. */
export interface Publisher {
  /**
   * Resolves once every envelope is stored by the other side; order per partition key is kept. Rejects with a
   * GuloError whose `details.unsent` lists the envelopes that are not known to be stored.
   */
  publish(envelopes: readonly Envelope[], scope?: PublishScope): Promise<void>
}

export interface PublishScope {
  /** The open transaction of the unit of work, for publishers that write to it. */
  readonly transaction?: unknown
}

/** A broker. It knows two outcomes of a delivery: resolved is acknowledged, rejected is delivered again. */
export interface Transport extends Publisher {
  /** Connects; rejects when the broker cannot be reached or refuses, leaving nothing open, and may then be called again. */
  start(): Promise<void>
  /** Stops fetching, waits for deliveries in flight until the deadline, acknowledges what is done, disconnects. */
  stop(options?: StopOptions): Promise<void>
  /** Starts to deliver; resolves once messages published from now on reach this subscription. */
  subscribe(subscription: TransportSubscription): Promise<SubscriptionHandle>
}

export interface StopOptions {
  /** How long to wait for what is in flight, in milliseconds. @default 10000 */
  readonly deadlineMs?: number
}

export interface TransportSubscription {
  /** Members of one group share the messages; every group gets all of them. */
  readonly group: string
  /** What is done with them, for queue names such as `inventory.reserve-stock.normal`. */
  readonly action: string
  readonly routes: readonly Route[]
  /**
   * Is given the next messages of one partition or queue, oldest first, and answers one promise for each, in the same
   * order. The transport acknowledges the contiguous prefix of resolved ones, and delivers again from the first
   * rejected one. It keeps its sessions alive meanwhile, however long that takes.
   */
  deliver(messages: readonly ReceivedMessage[]): readonly Promise<void>[]
}

/** One topic and the wire types wanted from it. */
export interface Route {
  readonly topic: string
  readonly types: readonly string[]
}

export interface SubscriptionHandle {
  /** Stops delivering to this subscription; waits for deliveries in flight until the deadline. */
  close(options?: StopOptions): Promise<void>
}

/** A message exactly as the broker gave it. */
export interface ReceivedMessage extends WireMessage {
  readonly topic: string
  readonly partition: number | undefined
  /** Position in the partition, as text because it may exceed 2^53. */
  readonly offset: string | undefined
  readonly queue: string | undefined
  /** Broker time in milliseconds since 1970. */
  readonly timestamp: number | undefined
  /** How often it was delivered before, where the broker counts; 0 the first time. */
  readonly redeliveries: number | undefined
}

/** Bytes and headers as they cross the wire. */
export interface WireMessage {
  readonly key: string | undefined
  /** `null` is a tombstone. */
  readonly body: Uint8Array | null
  readonly headers: Readonly<Record<string, string | Uint8Array>>
}

/** Sends bytes and headers as they are: for dead letters, retry stages and replay. */
export interface Forwarder {
  /** Resolves once every message is stored by the other side. */
  forward(messages: readonly OutgoingMessage[]): Promise<void>
}

export interface OutgoingMessage extends WireMessage {
  readonly topic: string
  /** Wire type, where the broker routes by it. */
  readonly type: string | undefined
  readonly partition?: number | undefined
}

/** A broker's own word on whether it works: connected and fetching. */
export interface HealthReporter {
  health(): Promise<ComponentHealth>
}

export interface ComponentHealth {
  readonly status: 'up' | 'degraded' | 'down'
  /** What a person should know, in a sentence. */
  readonly detail?: string
}

/** Says what a transport is and does, for `describe` and for guarantees. */
export interface TransportFacts {
  readonly kind: string
  /** Whether acknowledged messages survive a restart of the broker. */
  readonly durable: boolean
  /** Whether messages of one partition key reach one group in order. */
  readonly orderedByKey: boolean
}

export interface DescribedTransport {
  readonly facts: TransportFacts
}
