import { type Runtime, sleep } from '@gulo/core'
import type { KafkaAdmin, TopicDescription, TopicShape } from '../client/client.js'
import { kafkaFault } from '../faults.js'

export interface TopicPolicy {
  readonly createTopics: boolean
  readonly topicShape: TopicShape
}

// A topic created a moment ago is not known to every broker yet.
const LOOKS = 4
const PAUSE_MS = 150

/** What is known about topics: their partitions and who leads them. */
export class TopicTable {
  private readonly admin: KafkaAdmin
  private readonly policy: TopicPolicy
  private readonly runtime: Runtime
  private readonly topics = new Map<string, TopicDescription>()
  private refreshing: { readonly topics: Set<string>; readonly done: Promise<void> } | undefined

  constructor(admin: KafkaAdmin, policy: TopicPolicy, runtime: Runtime) {
    this.admin = admin
    this.policy = policy
    this.runtime = runtime
  }

  known(topic: string): TopicDescription | undefined {
    return this.topics.get(topic)
  }

  leaderOf(topic: string, partition: number): number | undefined {
    return this.topics.get(topic)?.partitions[partition]?.leader
  }

  /** Makes sure that every topic exists and is known. @throws KAFKA_TOPIC_MISSING, or what the admin throws */
  async ensure(topics: readonly string[]): Promise<void> {
    let missing = await this.look(topics)
    if (missing.length > 0 && this.policy.createTopics) await this.admin.createTopics(missing, this.policy.topicShape)
    for (let looks = 1; missing.length > 0 && looks < LOOKS; looks++) {
      await sleep(this.runtime.clock, PAUSE_MS)
      missing = await this.look(missing)
    }
    if (missing.length > 0) throw kafkaFault('KAFKA_TOPIC_MISSING', { topic: missing.join(', ') })
  }

  /** Reads the leaders anew; calls that come while a reading waits to start share it. */
  refresh(topic: string): Promise<void> {
    if (this.refreshing === undefined) {
      const topics = new Set<string>()
      // one turn later, so that every partition of a lost leader asks at once
      const done = Promise.resolve().then(() => {
        this.refreshing = undefined
        return this.look([...topics])
      })
      this.refreshing = { topics, done: done.then(() => undefined) }
    }
    this.refreshing.topics.add(topic)
    return this.refreshing.done
  }

  private async look(topics: readonly string[]): Promise<string[]> {
    const found = await this.admin.describeTopics(topics)
    const names = new Set<string>()
    for (const description of found) {
      if (description.partitions.length === 0) continue
      names.add(description.topic)
      this.topics.set(description.topic, byNumber(description))
    }
    const missing = topics.filter((topic) => !names.has(topic))
    for (const topic of missing) this.topics.delete(topic)
    return missing
  }
}

function byNumber({ topic, partitions }: TopicDescription): TopicDescription {
  return { topic, partitions: [...partitions].sort((left, right) => left.partition - right.partition) }
}
