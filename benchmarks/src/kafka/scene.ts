import { createRuntime } from '@gulo/core'
import { type KafkaOptions, type KafkaTransport, kafka } from '@gulo/kafka'
import kafkajs from 'kafkajs'
import { orderOf, wireOf } from '../brokers/order.js'
import { quiet } from '../brokers/quiet.js'
import type { Scope } from '../suite.js'

const CHUNK = 500
const runtime = createRuntime()

/** Topics, groups and clients of one process, all gone when its scope closes. */
export class KafkaScene {
  readonly brokers: string[]
  readonly client: kafkajs.Kafka
  private readonly groups: string[] = []

  private constructor(
    private readonly scope: Scope,
    private readonly admin: kafkajs.Admin,
    client: kafkajs.Kafka,
    brokers: string[],
  ) {
    this.client = client
    this.brokers = brokers
  }

  static async open(scope: Scope): Promise<KafkaScene> {
    const brokers = scope.service.split(',')
    const client = new kafkajs.Kafka({ brokers, clientId: 'benchmarks', logLevel: kafkajs.logLevel.ERROR })
    const admin = client.admin()
    await admin.connect()
    scope.defer(() => admin.disconnect())
    const scene = new KafkaScene(scope, admin, client, brokers)
    scope.defer(() => scene.deleteGroups())
    return scene
  }

  /** A new topic, which is deleted at the end. */
  async topic(numPartitions: number): Promise<string> {
    const topic = `benchmarks-${runtime.newId()}`
    this.scope.defer(() => this.admin.deleteTopics({ topics: [topic] }))
    await this.admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true })
    return topic
  }

  /** A new topic that holds `count` orders with `keys` keys. */
  async filledTopic(numPartitions: number, count: number, keys?: number): Promise<string> {
    const topic = await this.topic(numPartitions)
    const producer = await this.producer()
    for (let start = 0; start < count; start += CHUNK) {
      const numbers = Array.from({ length: Math.min(CHUNK, count - start) }, (_, index) => start + index)
      const messages = numbers.map((number) => wireOf(orderOf(number, keys), 'ce_'))
      await producer.send({ topic, messages })
    }
    return topic
  }

  /** The name of a group that nobody has used, which is deleted at the end. */
  group(): string {
    const group = `benchmarks-${runtime.newId()}`
    this.groups.push(group)
    return group
  }

  /** A connected kafkajs producer: every acknowledgement, the partitioner of the Java client, else its defaults. */
  async producer(): Promise<kafkajs.Producer> {
    const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
    const producer = this.client.producer({ createPartitioner, allowAutoTopicCreation: false })
    await producer.connect()
    this.scope.defer(() => producer.disconnect())
    return producer
  }

  /** A started transport. */
  async transport(options: Partial<KafkaOptions> = {}): Promise<KafkaTransport> {
    const transport = kafka({ brokers: this.brokers, clientId: 'benchmarks', logger: quiet, ...options })
    await transport.start()
    this.scope.defer(() => transport.stop())
    return transport
  }

  private async deleteGroups(): Promise<void> {
    if (this.groups.length > 0) await this.admin.deleteGroups(this.groups)
  }
}
