import { createRequire } from 'node:module'
import { findLibrary } from '../services.js'
import type { Scope } from '../suite.js'

/** As much of the producer of `@confluentinc/kafka-javascript` as is used here. */
export interface ConfluentProducer {
  connect(): Promise<void>
  disconnect(): Promise<void>
  send(record: { topic: string; messages: readonly object[] }): Promise<unknown>
}

interface Confluent {
  readonly KafkaJS: {
    readonly logLevel: { readonly ERROR: number }
    readonly Kafka: new (options: object) => { producer(options: object): ConfluentProducer }
  }
}

/**
 * A connected idempotent producer that lingers for nothing, or why there is none: the library is compiled on
 * installation, and is taken from the folder that `GULO_TEST_CONFLUENT` names, else from where the tests have built it.
 */
export async function confluentProducer(scope: Scope, brokers: readonly string[]): Promise<ConfluentProducer | string> {
  const library = await load()
  if (typeof library === 'string') return library
  const { Kafka, logLevel } = library.KafkaJS
  const client = new Kafka({ kafkaJS: { brokers: [...brokers], clientId: 'benchmarks', logLevel: logLevel.ERROR } })
  const producer = client.producer({ kafkaJS: { acks: -1, idempotent: true }, 'linger.ms': 0 })
  await producer.connect()
  scope.defer(() => producer.disconnect())
  return producer
}

async function load(): Promise<Confluent | string> {
  const named = process.env['GULO_TEST_CONFLUENT']
  const found = named ? { folder: named } : await findLibrary('confluent')
  if ('reason' in found) return `@confluentinc/kafka-javascript: ${found.reason}`
  try {
    return createRequire(import.meta.url)(found.folder) as Confluent
  } catch (error) {
    return `@confluentinc/kafka-javascript cannot be loaded: ${(error as Error).message.split('\n', 1)[0]}`
  }
}
