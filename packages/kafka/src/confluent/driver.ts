/**
 * The part of `@confluentinc/kafka-javascript` that is used here. Its types cannot be imported: it is an optional peer,
 * and most installations do not have it.
 */
export interface ConfluentModule {
  // Never with a second argument: even an empty one hides every topic key of the first.
  readonly Producer: new (
    config: DriverConfig,
  ) => DriverProducer
  readonly KafkaConsumer: new (config: DriverConfig) => DriverConsumer
  readonly AdminClient: { create(config: DriverConfig): DriverAdmin }
}

/** Keys of librdkafka, and the callbacks of the binding. */
export type DriverConfig = Readonly<Record<string, unknown>>

/** An error of the binding: negative codes are librdkafka's own, the others the protocol's. */
export interface DriverError {
  readonly message: string
  readonly code?: unknown
}

export type Callback<T = unknown> = (error: DriverError | null | undefined, result: T) => void

export interface DriverClient {
  connect(options: { readonly allTopics: boolean; readonly timeout: number }, done: Callback): unknown
  on(event: string, listener: (...values: never[]) => void): unknown
}

export interface DriverProducer extends DriverClient {
  produce(
    topic: string,
    partition: number,
    value: Buffer | null,
    key: string | null,
    timestamp: number,
    opaque: unknown,
    headers: readonly Readonly<Record<string, Buffer | string>>[],
  ): unknown
  setPollInBackground(set: boolean): unknown
  /** Flushes for at most that many milliseconds; what is left is thrown away with the connections. */
  disconnect(flushMs: number, done: () => void): unknown
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number
}

export interface DriverMessage extends TopicPartitionOffset {
  readonly key?: Buffer | string | null
  readonly value: Buffer | null
  readonly headers?: readonly Readonly<Record<string, Buffer | string>>[]
  readonly timestamp?: number
}

export interface DriverConsumer extends DriverClient {
  subscribe(topics: readonly string[]): unknown
  unsubscribe(): unknown
  setDefaultConsumeTimeout(timeoutMs: number): void
  setDefaultIsTimeoutOnlyForFirstMessage(only: boolean): void
  consume(count: number, done: Callback<readonly DriverMessage[]>): void
  assign(partitions: readonly TopicPartition[]): unknown
  unassign(): unknown
  assignmentLost(): boolean
  pause(partitions: readonly TopicPartition[]): unknown
  resume(partitions: readonly TopicPartition[]): unknown
  seek(position: TopicPartitionOffset, timeoutMs: number, done: Callback): unknown
  /** Asynchronous; the answer is the event `offset.commit`. */
  commit(offsets: readonly TopicPartitionOffset[]): unknown
  disconnect(done: () => void): unknown
}

export interface DriverTopicDescription {
  readonly name: string
  readonly error?: DriverError
  readonly partitions: readonly {
    readonly partition: number
    readonly leader?: { readonly id: number } | null
    readonly replicas: readonly unknown[]
  }[]
}

/** Milliseconds; an object of its own each time, because the binding writes into it. */
interface DriverTimeout {
  readonly timeout: number
}

export interface DriverAdmin {
  on(event: string, listener: (...values: never[]) => void): unknown
  getMetadata(options: { readonly allTopics: boolean; readonly timeout: number }, done: Callback): void
  describeTopics(
    topics: readonly string[],
    options: { readonly timeout: number },
    done: Callback<readonly DriverTopicDescription[]>,
  ): void
  createTopic(
    topic: {
      readonly topic: string
      readonly num_partitions: number
      readonly replication_factor: number
      readonly config: Readonly<Record<string, string>>
    },
    timeoutMs: number,
    done: Callback,
  ): void
  listTopics(options: DriverTimeout, done: Callback<readonly string[]>): void
  listConsumerGroupOffsets<T>(
    groups: readonly { readonly groupId: string; readonly partitions: readonly TopicPartition[] }[],
    options: DriverTimeout,
    done: Callback<T>,
  ): void
  listOffsets<T>(
    partitions: readonly (TopicPartition & { readonly offset: { readonly timestamp: number } })[],
    options: DriverTimeout,
    done: Callback<T>,
  ): void
  describeGroups<T>(groups: readonly string[], options: DriverTimeout, done: Callback<T>): void
  deleteGroups<T>(groups: readonly string[], options: DriverTimeout, done: Callback<T>): void
  createPartitions(topic: string, partitions: number, timeoutMs: number, done: Callback): void
  disconnect(): void
}
