import { createRequire } from 'node:module'
import { type KafkaOptions, type KafkaTransport, kafka } from '@gulo/kafka'
import { confluent } from '@gulo/kafka/confluent'
import { testOptions } from './messages.js'
import { describeWithKafka } from './real-kafka.js'

const module = process.env['GULO_TEST_CONFLUENT']
const reason = process.env['GULO_SKIP_CONFLUENT'] ?? 'GULO_TEST_CONFLUENT names no module'

/** The module under test; call it only inside a `describeWithConfluent`. */
function confluentModule(): unknown {
  return createRequire(import.meta.url)(module ?? '@confluentinc/kafka-javascript')
}

/** `describe` with a real broker and `confluent()`; without one of them a skipped `describe` that says why. */
export function describeWithConfluent(
  title: string,
  body: (brokers: readonly string[], options: Pick<KafkaOptions, 'client'>) => void,
): void {
  const name = `${title} (confluent)`
  if (module) describeWithKafka(name, (brokers) => body(brokers, { client: confluent({ module: confluentModule() }) }))
  else describe.skip(`${name} [skipped: ${reason}]`, () => body(['localhost:9092'], {}))
}

/** As {@link describeWithConfluent}, for what takes a minute: only where GULO_TEST_LONG is set. */
export function describeLongWithConfluent(...[title, body]: Parameters<typeof describeWithConfluent>): void {
  if (process.env['GULO_TEST_LONG']) describeWithConfluent(title, body)
  else {
    const long = 'takes a minute: GULO_TEST_LONG=1 npm test'
    describe.skip(`${title} (confluent) [skipped: ${long}]`, () => body(['localhost:9092'], {}))
  }
}

/** `describe` for each client library, with the options that choose it. */
export function describeWithEachClient(
  title: string,
  body: (brokers: readonly string[], options: Pick<KafkaOptions, 'client'>) => void,
): void {
  describeWithKafka(`${title} (kafkajs)`, (brokers) => body(brokers, {}))
  describeWithConfluent(title, body)
}

/** As {@link describeWithEachClient}, for what needs no broker. */
export function describeEachClient(title: string, body: (options: Pick<KafkaOptions, 'client'>) => void): void {
  describe(`${title} (kafkajs)`, () => body({}))
  const name = `${title} (confluent)`
  if (module) describe(name, () => body({ client: confluent({ module: confluentModule() }) }))
  else describe.skip(`${name} [skipped: ${reason}]`, () => body({}))
}

/** A function like `startKafka`, for one client library. */
export function starterOf(chosen: Pick<KafkaOptions, 'client'>) {
  return async (brokers: readonly string[], options: Partial<KafkaOptions> = {}): Promise<KafkaTransport> => {
    const transport = kafka(testOptions(brokers, { ...chosen, ...options }))
    await transport.start()
    return transport
  }
}
