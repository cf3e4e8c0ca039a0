import type { PartitionOffset } from '@gulo/core'
import type { PositionAdmin } from './positions.js'

/**
 * What this package needs from a Kafka client, and no more. Two client libraries differ in names, retries and error
 * types; behind this seam they look the same. Every error that crosses it is a {@link KafkaFailure}.
 */
export interface KafkaClient {
  /** A new idempotent producer that never retries by itself. */
  createProducer(): ProducerSession
  createAdmin(): KafkaAdmin
  createConsumer(spec: ConsumerSpec): KafkaConsumer
}

/** One producer id at the broker, from `connect` to `destroy`. */
export interface ProducerSession {
  /** Rejects when no producer id was given; the session is then of no use. */
  connect(): Promise<void>
  /**
   * Sends each batch to its partition in one go. May resolve without an answer for a batch: the caller looks.
   * A rejection says nothing about any single batch unless it was sent alone.
   */
  publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]>
  /** Disconnects once nothing is under way. */
  close(): Promise<void>
  /** Cuts every connection now and refuses every later one, so that nothing of it can be stored any more. */
  destroy(): void
}

/** A record before the broker gave it an offset. */
export interface KafkaRecord {
  readonly key: string | undefined
  /** `null` is a tombstone. */
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string | Uint8Array>>
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

/** The unit of sending and of sending again: records of one partition, in order. */
export interface PartitionBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly KafkaRecord[]
}

export interface PartitionAnswer {
  readonly topic: string
  readonly partition: number
  /** 0 is stored. */
  readonly errorCode: number
}

export interface KafkaAdmin extends PositionAdmin {
  connect(): Promise<void>
  /** Partitions and leaders of the topics that exist; a topic that does not is left out. */
  describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]>
  /** Creates topics; one that exists already is no error. */
  createTopics(specs: readonly TopicSpec[]): Promise<void>
  /** Gives a topic more partitions, `partitions` in all. */
  growTopic(topic: string, partitions: number): Promise<void>
  /** Whether every broker knows the topics, with at least so many partitions each, and a leader for each of them. */
  isKnownEverywhere(topics: ReadonlyMap<string, number>): Promise<boolean>
  /** The settings of a topic, by name, the defaults of the broker among them. */
  topicConfigs(topic: string): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
  /** Cuts every connection now. */
  destroy(): void
}

export interface TopicDescription {
  readonly topic: string
  readonly partitions: readonly PartitionDescription[]
}

export interface PartitionDescription {
  readonly partition: number
  /** Node id of the leader; `undefined` while there is none. */
  readonly leader: number | undefined
  /** How many copies there are, where the client says so. */
  readonly copies?: number
}

export interface TopicSpec {
  readonly topic: string
  /** -1 leaves it to the broker. */
  readonly partitions: number
  /** -1 leaves it to the broker. */
  readonly replication: number
  readonly configs: Readonly<Record<string, string>>
}

export interface ConsumerSpec {
  readonly group: string
  /** A partition in which the group has no position is read from its beginning. */
  readonly topics: readonly string[]
  /**
   * Handles one batch of one partition; never rejects. No other batch of that partition comes meanwhile, and the client
   * joins its group anew only when no call is under way.
   */
  onBatch(batch: FetchedBatch): Promise<void>
  onEvent(event: ConsumerEvent): void
  /**
   * Says that partitions are about to be given up; resolves when nothing is in flight any more, or too long, and what
   * was handled is committed. A client that cannot wait does not call it.
   */
  onRevoke?(): Promise<void>
}

/** One membership of a group, from `run` to `stop`; a crashed one is replaced, never restarted. */
export interface KafkaConsumer {
  /** Joins the group; whether that succeeded is told by an event. */
  run(): Promise<void>
  pause(topic: string, partition: number): void
  resume(topic: string, partition: number): void
  /** The next fetch of the partition starts at `offset`. */
  seek(topic: string, partition: number, offset: string): void
  /** Stores positions for the group, of any partition; may resolve without having done it when the group is being shared anew. */
  commit(positions: readonly PartitionOffset[]): Promise<void>
  /** Waits for `onBatch` calls that are under way, leaves the group, disconnects. */
  stop(): Promise<void>
  /** Cuts every connection now. */
  destroy(): void
}

export interface FetchedBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly FetchedRecord[]
  /** Tells the group that this member lives. */
  heartbeat(): Promise<void>
  /** The next fetch starts after this offset. */
  resolve(offset: string): void
  /** Stores the offset of the next record to handle; also after `onBatch` has resolved. */
  commit(nextOffset: string): Promise<void>
  /** Whether the consumer runs and nobody sought elsewhere. */
  isActive(): boolean
}

export interface FetchedRecord {
  readonly offset: string
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, Uint8Array | string>>
  readonly timestamp: number
}

export type ConsumerEvent =
  | {
      readonly kind: 'joined'
      readonly assignment: Readonly<Record<string, readonly number[]>>
      /** Id of this member; another one than before tells that the group had given it up in between. */
      readonly member: string | undefined
      /** Whether this member speaks for the group; `true` of each where the client does not know. */
      readonly leads: boolean
    }
  | { readonly kind: 'fetched'; readonly node: number }
  | { readonly kind: 'alive' }
  | { readonly kind: 'rebalancing' }
  | { readonly kind: 'crashed'; readonly error: KafkaFailure }

/** An error of the client in terms of the Kafka protocol. */
export class KafkaFailure extends Error {
  override readonly name = 'KafkaFailure'
  /** Error code of the protocol; `undefined` when no broker answered, so that nothing is known. */
  readonly code: number | undefined
  /** What certificates had to do with it: nobody vouches for the broker's, or the broker refused that of this client. */
  readonly kind: 'untrusted' | 'refused' | undefined

  constructor(message: string, code: number | undefined, cause?: unknown, kind?: 'untrusted' | 'refused') {
    super(message, { cause })
    this.code = code
    this.kind = kind
  }
}
