import { type Runtime, sleep } from '@gulo/core'
import type { KafkaAdmin, TopicDescription, TopicSpec } from '../client/client.js'
import { kafkaFault } from '../faults.js'

export interface TopicPolicy {
  readonly createTopics: boolean
  /** What a topic of this name is created like. */
  readonly topicSpec: (topic: string) => TopicSpec
  /** Age at which what is known of a topic in use is read again, in milliseconds. */
  readonly metadataRefreshMs: number
}

interface Known {
  /** With the partitions that messages may be given to, which grow by a reading for their sake only. */
  readonly description: TopicDescription
  readonly leaders: readonly (number | undefined)[]
  /** On the monotonic clock, in milliseconds. */
  readonly readAt: number
}

// A topic created a moment ago is not known to every broker yet.
const LOOKS = 4
const PAUSE_MS = 150

/** What is known about topics: their partitions and who leads them. */
export class TopicTable {
  private readonly admin: KafkaAdmin
  private readonly policy: TopicPolicy
  private readonly runtime: Runtime
  private readonly topics = new Map<string, Known>()
  private readonly beingRenewed = new Set<string>()
  private refreshing: { readonly topics: Set<string>; readonly done: Promise<void> } | undefined

  constructor(admin: KafkaAdmin, policy: TopicPolicy, runtime: Runtime) {
    this.admin = admin
    this.policy = policy
    this.runtime = runtime
  }

  known(topic: string): TopicDescription | undefined {
    return this.topics.get(topic)?.description
  }

  /** How many partitions there are, those that no message is given to yet among them. */
  partitionsOf(topic: string): number {
    return this.topics.get(topic)?.leaders.length ?? 0
  }

  leaderOf(topic: string, partition: number): number | undefined {
    return this.topics.get(topic)?.leaders[partition]
  }

  /** Has what is known of a topic read again in the background once it is old. */
  renew(topic: string): void {
    const known = this.topics.get(topic)
    if (known === undefined || this.beingRenewed.has(topic)) return
    if (this.runtime.clock.monotonic() - known.readAt < this.policy.metadataRefreshMs) return
    this.beingRenewed.add(topic)
    // What could not be read is as old as before; the next age is soon enough, for failures read it anyway.
    void this.look([topic], true)
      .catch(() => this.topics.set(topic, { ...known, readAt: this.runtime.clock.monotonic() }))
      .finally(() => this.beingRenewed.delete(topic))
  }

  /** Makes sure that every topic exists and is known. @throws KAFKA_TOPIC_MISSING, or what the admin throws */
  async ensure(topics: readonly string[]): Promise<void> {
    const missing = await this.look(topics, true)
    if (missing.length === 0) return
    if (this.policy.createTopics) await this.create(missing.map(this.policy.topicSpec))
    else await this.await(missing)
  }

  /** Creates topics and waits until they are known everywhere. @throws KAFKA_TOPIC_MISSING, or what the admin throws */
  async create(specs: readonly TopicSpec[]): Promise<void> {
    await this.admin.createTopics(specs)
    await this.await(specs.map(({ topic }) => topic))
    await this.spread(specs)
  }

  /** Waits a moment for every broker to know the topics; one that still does not is asked again by whoever needs it. */
  async spread(specs: readonly Pick<TopicSpec, 'topic' | 'partitions'>[]): Promise<void> {
    const topics = new Map(specs.map(({ topic, partitions }) => [topic, partitions]))
    for (let looks = 1; looks < LOOKS && !(await this.admin.isKnownEverywhere(topics)); looks++) {
      await sleep(this.runtime.clock, PAUSE_MS)
    }
  }

  /** Reads the leaders anew; calls that come while a reading waits to start share it. */
  refresh(topic: string): Promise<void> {
    if (this.refreshing === undefined) {
      const topics = new Set<string>()
      // one turn later, so that every partition of a lost leader asks at once
      const done = Promise.resolve().then(() => {
        this.refreshing = undefined
        return this.look([...topics], false)
      })
      this.refreshing = { topics, done: done.then(() => undefined) }
    }
    this.refreshing.topics.add(topic)
    return this.refreshing.done
  }

  private async await(topics: readonly string[]): Promise<void> {
    let missing = await this.look(topics, true)
    for (let looks = 2; missing.length > 0 && looks < LOOKS; looks++) {
      await sleep(this.runtime.clock, PAUSE_MS)
      missing = await this.look(missing, true)
    }
    if (missing.length > 0) throw kafkaFault('KAFKA_TOPIC_MISSING', { topic: missing.join(', ') })
  }

  /** Reads the topics and answers those that do not exist. */
  async look(topics: readonly string[], adopt: boolean): Promise<string[]> {
    const found = await this.admin.describeTopics(topics)
    const names = new Set<string>()
    for (const description of found) {
      if (description.partitions.length === 0) continue
      names.add(description.topic)
      this.learn(description, adopt)
    }
    const missing = topics.filter((topic) => !names.has(topic))
    for (const topic of missing) this.topics.delete(topic)
    return missing
  }

  // Keys move when partitions are added: not because a leader was looked for, at any moment, but at a known age.
  private learn({ topic, partitions }: TopicDescription, adopt: boolean): void {
    const known = this.topics.get(topic)
    const sorted = [...partitions].sort((left, right) => left.partition - right.partition)
    const renewed = adopt || known === undefined
    const used = renewed ? sorted : sorted.slice(0, known.description.partitions.length)
    this.topics.set(topic, {
      description: { topic, partitions: used },
      leaders: sorted.map(({ leader }) => leader),
      readAt: renewed ? this.runtime.clock.monotonic() : known.readAt,
    })
  }
}
