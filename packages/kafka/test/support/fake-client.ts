import {
  type ConsumerSpec,
  type KafkaAdmin,
  type KafkaClient,
  KafkaFailure,
  type PartitionAnswer,
  type PartitionBatch,
  type ProducerSession,
} from '@gulo/kafka'
import { FakeBroker } from './fake-broker.js'
import { FakeConsumer } from './fake-consumer.js'

/** What becomes of one request: stored and answered, unless it says something else. */
export interface Fault {
  /** The answer is lost: before anything was stored, after everything was, or it never comes. */
  readonly lost?: 'before' | 'after' | 'forever'
  /** The broker refuses these partitions with this code, and stores the others. */
  readonly code?: number
  readonly partitions?: readonly number[]
  /** The client resolves without having sent these partitions. */
  readonly omit?: readonly number[]
  /** The answer comes when this resolves. */
  readonly until?: Promise<void>
}

/** One request as the test sees it. */
export interface Sent {
  readonly session: number
  readonly batches: readonly { readonly name: string; readonly ids: readonly string[] }[]
}

/** A scripted client: `script` decides the fate of every request by what it carries and its number. */
export class FakeClient implements KafkaClient {
  readonly broker = new FakeBroker()
  /** Leaders by topic; the index is the partition. */
  readonly topics = new Map<string, (number | undefined)[]>()
  readonly sent: Sent[] = []
  readonly consumers: FakeConsumer[] = []
  readonly sessions: FakeSession[] = []
  readonly created: string[] = []
  readonly configs = new Map<string, Readonly<Record<string, string>>>()
  metadataReads = 0
  /** How often it was asked whether every broker knows a topic, and how often the answer is no. */
  spreadQuestions = 0
  spreadAfter = 0
  /** Positions of the group, ends of the partitions (0), by `topic/partition`. */
  readonly positions = new Map<string, string>()
  readonly ends = new Map<string, number>()
  readonly deletedGroups: string[] = []
  members = 0
  script: (sent: Sent, number: number) => Fault | undefined = () => undefined
  connectScript: (session: number) => Error | undefined = () => undefined

  createProducer(): FakeSession {
    const session = new FakeSession(this, this.sessions.length + 1)
    this.sessions.push(session)
    return session
  }

  createConsumer(spec: ConsumerSpec): FakeConsumer {
    const consumer = new FakeConsumer(spec, this.positions)
    this.consumers.push(consumer)
    return consumer
  }

  createAdmin(): KafkaAdmin {
    return {
      connect: async () => undefined,
      close: async () => undefined,
      destroy: () => undefined,
      createTopics: async (specs) => {
        for (const { topic, partitions, configs } of specs) {
          this.created.push(topic)
          this.configs.set(topic, configs)
          this.topics.set(
            topic,
            Array.from({ length: partitions === -1 ? 1 : partitions }, () => 1),
          )
        }
      },
      growTopic: async (topic, partitions) => {
        this.topics.set(
          topic,
          Array.from({ length: partitions }, () => 1),
        )
      },
      isKnownEverywhere: async () => {
        this.spreadQuestions += 1
        return this.spreadQuestions > this.spreadAfter
      },
      topicConfigs: async (topic) => this.configs.get(topic) ?? {},
      listTopics: async () => [...this.topics.keys()],
      fetchPositions: async (_, topics) =>
        topics.flatMap((topic) =>
          (this.topics.get(topic) ?? []).map((_leader, partition) => ({
            topic,
            partition,
            offset: this.positions.get(`${topic}/${partition}`),
          })),
        ),
      listOffsets: async (topic, at) =>
        (this.topics.get(topic) ?? []).map((_leader, partition) => ({
          topic,
          partition,
          offset: at === 'earliest' ? '0' : String(this.ends.get(`${topic}/${partition}`) ?? 0),
        })),
      countMembers: async () => this.members,
      deleteGroup: async (group) => void this.deletedGroups.push(group),
      describeTopics: async (topics) => {
        this.metadataReads += 1
        return topics.flatMap((topic) => {
          const leaders = this.topics.get(topic)
          if (leaders === undefined) return []
          return [{ topic, partitions: leaders.map((leader, partition) => ({ partition, leader, copies: 1 })) }]
        })
      },
    }
  }
}

/** Keeps its books as kafkajs does: a sequence grows only when the whole request was answered well. */
export class FakeSession implements ProducerSession {
  readonly number: number
  destroyed = false
  closed = false
  private readonly client: FakeClient
  private readonly sequences = new Map<string, number>()
  private readonly pending = new Set<(error: Error) => void>()

  constructor(client: FakeClient, number: number) {
    this.client = client
    this.number = number
  }

  async connect(): Promise<void> {
    const error = this.client.connectScript(this.number)
    if (error !== undefined) throw error
  }

  async publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]> {
    if (this.destroyed) throw new KafkaFailure('cut off', undefined)
    const sent: Sent = {
      session: this.number,
      batches: batches.map(({ topic, partition, records }) => ({
        name: `${topic}/${partition}`,
        ids: records.map(({ headers }) => String(headers['ce_id'])),
      })),
    }
    this.client.sent.push(sent)
    const fault = this.client.script(sent, this.client.sent.length) ?? {}
    if (fault.lost === 'before') throw new KafkaFailure('connection closed', undefined)
    if (fault.lost === 'forever') return this.never()
    const refused = this.store(batches, fault)
    if (fault.until !== undefined) await fault.until
    if (fault.lost === 'after') throw new KafkaFailure('connection closed', undefined)
    if (refused !== undefined) throw refused
    const answered = batches.filter(({ partition }) => !fault.omit?.includes(partition))
    for (const { topic, partition, records } of answered) {
      const name = `${topic}/${partition}`
      this.sequences.set(name, (this.sequences.get(name) ?? 0) + records.length)
    }
    return answered.map(({ topic, partition }) => ({ topic, partition, errorCode: 0 }))
  }

  async close(): Promise<void> {
    this.closed = true
  }

  destroy(): void {
    this.destroyed = true
    for (const reject of this.pending) reject(new KafkaFailure('cut off', undefined))
  }

  private store(batches: readonly PartitionBatch[], { code, partitions, omit }: Fault): KafkaFailure | undefined {
    let refused: KafkaFailure | undefined
    for (const batch of batches) {
      if (omit?.includes(batch.partition)) continue
      if (code !== undefined && (partitions === undefined || partitions.includes(batch.partition))) {
        refused = new KafkaFailure(`error ${code}`, code)
        continue
      }
      try {
        const sequence = this.sequences.get(`${batch.topic}/${batch.partition}`) ?? 0
        this.client.broker.append(this.number, sequence, batch)
      } catch (error) {
        refused = error as KafkaFailure
      }
    }
    return refused
  }

  private never(): Promise<never> {
    return new Promise((_, reject) => this.pending.add(reject))
  }
}
