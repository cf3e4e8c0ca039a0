import type { Envelope } from '../message/envelope.js'

/** Sends envelopes: to a broker, or into an outbox that a relay empties. Wiring decides which. */
export interface Publisher {
  /**
   * Resolves once every envelope is stored by the other side; order per partition key is kept. Rejects with a
   * GuloError whose `details.unsent` lists the envelopes that are not known to be stored and, where they failed for
   * reasons of their own, `details.failures` has one error for each, in the same order.
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
   * Topics to read besides: all there are and will be whose names match. One that appears later is read from its first
   * message. Never the topics of dead letters, quarantine and retries. A transport that cannot refuses them. @default none
   */
  readonly patterns?: readonly RegExp[]
  /**
   * Where the group starts in a partition it has no position in yet; one it has is never moved. A transport that cannot
   * start there refuses the subscription. @default what the transport is set to; with `broadcast` the next message
   */
  readonly startAt?: StartPosition
  /**
   * Whether this subscription gets every message by itself, whatever other members of the group get, and nothing is kept
   * for it once it is closed. A transport that cannot refuses it. @default false
   */
  readonly broadcast?: boolean
  /**
   * Is told which partitions this member has whenever the group has been shared out, before anything is delivered, by
   * transports that can; answers where to start instead of at the positions of the broker. @default there
   */
  readonly assigned?: (partitions: readonly Partition[]) => Promise<readonly PartitionOffset[]>
  /**
   * Is given the next messages of one partition or queue, oldest first, and answers one promise for each, in the same
   * order. The transport acknowledges the contiguous prefix of resolved ones, and delivers again from the first
   * rejected one. It keeps its sessions alive meanwhile, however long that takes.
   */
  deliver(messages: readonly ReceivedMessage[]): readonly Promise<void>[]
}

/**
 * Where to start: at one end, at the first message of a time on (milliseconds since 1970), or at given offsets. Partitions
 * without an offset start where they would without a position. An offset that the partition does not have is refused.
 */
export type StartPosition =
  | 'earliest'
  | 'latest'
  | { readonly timestamp: number }
  | { readonly offsets: readonly PartitionOffset[] }

/** The next message to handle of a partition. */
export interface PartitionOffset extends Partition {
  /** As text, because it may exceed 2^53. */
  readonly offset: string
}

/** A partition of a topic. */
export interface Partition {
  readonly topic: string
  readonly partition: number
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

/** A subscription that can rest without leaving its group. */
export interface PausableSubscription extends SubscriptionHandle {
  /** Has no more given out; what is in flight goes on. Without topics, of all there are and will be. */
  pause(topics?: readonly string[]): void
  /** Ends the rest of these topics, or of all. */
  resume(topics?: readonly string[]): void
}

/** A subscription that can tell what its patterns have found. */
export interface ListingSubscription extends SubscriptionHandle {
  /** The topics it reads at present, by name and by pattern. */
  topics(): readonly string[]
}

/** Says how far the groups of a broker have come. */
export interface LagReporter {
  /** One entry for each partition of the topics there are, or for the queue of the group. */
  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]>
}

export interface PartitionLag {
  readonly topic: string
  readonly partition: number | undefined
  readonly queue: string | undefined
  /** The next offset the group will handle; `undefined` before its first commit, and where there are no offsets. */
  readonly position: string | undefined
  /** Messages it has not yet handled. */
  readonly lag: number
}

/** Moves a group that has no members, to handle messages again or to leave some out. */
export interface GroupMover {
  /** Moves its positions in these topics; rejects with GULO_GROUP_ACTIVE while the group has members. */
  moveGroup(group: string, topics: readonly string[], to: StartPosition): Promise<void>
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
  /** What is added to the name of a topic for its dead letters. @default '.dlq' */
  readonly deadLetterSuffix?: string
  /** Resolves once every message is stored by the other side. */
  forward(messages: readonly OutgoingMessage[]): Promise<void>
}

/** Lets messages wait at the broker itself. */
export interface DelayedForwarder extends Forwarder {
  /** Resolves once every message is stored; each arrives at its topic no earlier than `delayMs` milliseconds from now. */
  forwardAfter(messages: readonly OutgoingMessage[], delayMs: number): Promise<void>
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
