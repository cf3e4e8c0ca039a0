import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
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

const NAME = '@confluentinc/kafka-javascript'

/**
 * A connected idempotent producer that lingers for nothing, or why there is none: the library is compiled on
 * installation, and is looked for in the folder that `GULO_TEST_CONFLUENT` names, else in `~/.cache/confluent`.
 */
export async function confluentProducer(scope: Scope, brokers: readonly string[]): Promise<ConfluentProducer | string> {
  const library = load()
  if (typeof library === 'string') return library
  const { Kafka, logLevel } = library.KafkaJS
  const client = new Kafka({ kafkaJS: { brokers: [...brokers], clientId: 'benchmarks', logLevel: logLevel.ERROR } })
  const producer = client.producer({ kafkaJS: { acks: -1, idempotent: true }, 'linger.ms': 0 })
  await producer.connect()
  scope.defer(() => producer.disconnect())
  return producer
}

function load(): Confluent | string {
  const folder = process.env['GULO_TEST_CONFLUENT'] || join(homedir(), '.cache', 'confluent')
  if (!existsSync(join(folder, 'node_modules', NAME))) return `${NAME} is not installed in GULO_TEST_CONFLUENT`
  try {
    return createRequire(join(folder, 'package.json'))(NAME) as Confluent
  } catch (error) {
    return `${NAME} cannot be loaded: ${(error as Error).message.split('\n', 1)[0]}`
  }
}
