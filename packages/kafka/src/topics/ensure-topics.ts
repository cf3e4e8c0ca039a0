import type { Logger } from '@gulo/core'
import type { KafkaAdmin, TopicDescription, TopicSpec } from '../client/client.js'
import { kafkaFault } from '../faults.js'
import type { AskedTopic } from './asked-topics.js'
import type { TopicTable } from './topic-table.js'

/** What was found and done about one topic. */
export interface TopicReport {
  readonly topic: string
  readonly outcome: 'created' | 'grown' | 'unchanged'
  /** How many partitions it has now. */
  readonly partitions: number
  /** Where it is not as asked; nobody has changed that. */
  readonly differences: readonly TopicDifference[]
}

export interface TopicDifference {
  /** `partitions`, `replication` or the name of a setting. */
  readonly name: string
  readonly found: string
  readonly asked: string
}

export interface EnsureOptions {
  readonly admin: KafkaAdmin
  readonly topics: TopicTable
  readonly logger: Logger
  readonly createTopics: boolean
}

/**
 * Creates topics that are missing, adds partitions where that is allowed, and reports what else differs: the client
 * could change a setting only by resetting all the others.
 * @throws KAFKA_TOPIC_MISSING, KAFKA_TOPIC_SHRINKS, or what the admin throws
 */
export async function ensureTopics(specs: readonly AskedTopic[], options: EnsureOptions): Promise<TopicReport[]> {
  const { topics, createTopics } = options
  const missing = new Set(
    await topics.look(
      specs.map(({ topic }) => topic),
      true,
    ),
  )
  // everything that must be refused is, before anything is changed
  for (const spec of specs) refuse(spec, missing, options)
  if (missing.size > 0 && createTopics) await topics.create(specs.filter(({ topic }) => missing.has(topic)))
  const reports: TopicReport[] = []
  for (const spec of specs) reports.push(await settle(spec, missing.has(spec.topic), options))
  return reports
}

function refuse({ topic, partitions }: TopicSpec, missing: ReadonlySet<string>, options: EnsureOptions): void {
  if (missing.has(topic)) {
    if (options.createTopics) return
    throw kafkaFault('KAFKA_TOPIC_MISSING', { topic })
  }
  const found = countOf(options.topics.known(topic))
  if (partitions !== -1 && partitions < found)
    throw kafkaFault('KAFKA_TOPIC_SHRINKS', { topic, found, asked: partitions })
}

async function settle(spec: AskedTopic, created: boolean, options: EnsureOptions): Promise<TopicReport> {
  const { topic, partitions } = spec
  const { topics, admin, logger } = options
  const found = countOf(topics.known(topic))
  if (created) return { topic, outcome: 'created', partitions: found, differences: [] }
  const grows = spec.grow && partitions > found
  if (grows) {
    logger.warn(
      `${topic} grows from ${found} to ${partitions} partitions: its keys move, and order across that is lost`,
    )
    await admin.growTopic(topic, partitions)
    await topics.spread([spec])
    await topics.look([topic], true)
  }
  const differences = await differencesOf(spec, options)
  for (const { name, found: is, asked } of differences)
    logger.warn(`${topic}: ${name} is ${is}, ${asked} was asked for`)
  return { topic, outcome: grows ? 'grown' : 'unchanged', partitions: countOf(topics.known(topic)), differences }
}

async function differencesOf(spec: TopicSpec, { admin, topics }: EnsureOptions): Promise<TopicDifference[]> {
  const { topic, partitions, replication, configs } = spec
  const description = topics.known(topic)
  const names = Object.keys(configs)
  const set = names.length === 0 ? {} : await admin.topicConfigs(topic)
  const compared: [name: string, found: unknown, asked: unknown][] = [
    ['partitions', countOf(description), partitions === -1 ? undefined : partitions],
    ['replication', description?.partitions[0]?.copies, replication === -1 ? undefined : replication],
    ...names.map((name): [string, unknown, unknown] => [name, set[name] ?? 'not known', configs[name]]),
  ]
  return compared
    .filter(([, found, asked]) => found !== undefined && asked !== undefined && String(found) !== String(asked))
    .map(([name, found, asked]) => ({ name, found: String(found), asked: String(asked) }))
}

function countOf(description: TopicDescription | undefined): number {
  return description?.partitions.length ?? 0
}
