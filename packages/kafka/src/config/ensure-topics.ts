/** What a topic should be like; what is left out is left to the broker. */
export interface TopicOptions {
  /** Number of partitions; -1 leaves it to the broker. @default -1 */
  readonly partitions?: number
  /** Copies of each partition; -1 leaves it to the broker. @default -1 */
  readonly replication?: number
  /** Settings of the topic by the names the broker has for them, such as `retention.ms`. @default none */
  readonly configs?: Readonly<Record<string, string>>
}

/** Which topics there have to be. */
export interface EnsureTopics extends TopicOptions {
  /** Whether a missing topic is created rather than reported. @default true */
  readonly create?: boolean
  /** Whether a topic with fewer partitions than asked for is given more; its keys then move to other partitions. @default false */
  readonly grow?: boolean
  /** Topics that `start` makes sure of, and where they differ from the others. @default none */
  readonly topics?: Readonly<Record<string, TopicOptions>>
}
