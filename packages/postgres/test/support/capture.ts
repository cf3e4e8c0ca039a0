import type { ToolBox } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import pg from 'pg'

interface Started {
  readonly address: string
  stop(): Promise<void>
}

export interface Worker {
  start(): Promise<void>
  /** With `keep` it can be started again where it was. */
  stop(how?: { readonly keep: boolean; readonly by?: string }): Promise<void>
}

interface Services {
  readonly postgres: { missing(): Promise<string | undefined>; start(): Promise<Started> }
  startConnect(of: { brokers: string; connectors: object }): Promise<Worker>
}

// Compiled files lie as deep as their sources.
const folder = new URL('../../../../scripts/services/', import.meta.url)
const load = async (file: string) => (await import(new URL(file, folder).href)) as object
const services = { ...(await load('postgres.mjs')), ...(await load('connect/worker.mjs')) } as Services

const brokers = process.env['GULO_TEST_KAFKA'] ?? ''
const missing = await services.postgres.missing()
const withoutLog = missing && `postgres of one's own: ${missing}`

/** A PostgreSQL of one's own with a log for change data capture, a Kafka, and workers of Kafka Connect that bring one to the other. */
export class Capture {
  pool = new pg.Pool()
  private url = ''
  private readonly cleanups: (() => Promise<unknown>)[] = []
  private readonly client = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })

  async start(): Promise<void> {
    const database = await services.postgres.start()
    this.url = database.address
    this.pool = new pg.Pool({ connectionString: this.url, max: 30 })
    // The server is stopped while connections are open.
    this.pool.on('error', () => undefined)
    this.cleanups.push(database.stop, () => this.pool.end())
  }

  async stop(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup()
  }

  /** Runs the SQL that the store's own command prints. */
  async setUp(store: ToolBox): Promise<void> {
    await this.pool.query(await printed(store, { sql: true }))
    await this.pool.query(`alter role gulo_cdc password 'capture'`)
  }

  /** A worker that runs the connector which the store's own command prints. */
  async worker(store: ToolBox): Promise<Worker> {
    const { hostname, port, pathname } = new URL(this.url)
    const config = JSON.parse(await printed(store, { host: hostname, port, database: pathname.slice(1) })) as object
    const outbox = { ...config, 'database.password': 'capture' }
    const worker = await services.startConnect({ brokers, connectors: { outbox } })
    this.cleanups.push(() => worker.stop())
    return worker
  }

  async topic(name: string, numPartitions: number): Promise<void> {
    const admin = this.client.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: name, numPartitions }], waitForLeaders: false })
    const known = () =>
      admin.fetchTopicMetadata({ topics: [name] }).then(
        () => true,
        () => false,
      )
    await until(known)
    await admin.disconnect()
  }

  /** A started transport, as a service would have it. */
  async transport() {
    const transport = kafka({ brokers: brokers.split(',') })
    await transport.start()
    this.cleanups.push(() => transport.stop())
    return transport
  }

  /** Everything that is and will be in a topic, as Kafka gives it. */
  async records(topic: string): Promise<readonly StoredRecord[]> {
    const records: StoredRecord[] = []
    const consumer = this.client.consumer({ groupId: `${topic}.reader`, maxWaitTimeInMs: 100 })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) => {
      records.push({ partition, message })
    }
    await consumer.run({ eachMessage })
    this.cleanups.push(() => consumer.disconnect())
    return records
  }
}

export interface StoredRecord {
  readonly partition: number
  readonly message: KafkaMessage
}

async function printed(store: ToolBox, flags: Record<string, string | boolean>): Promise<string> {
  const lines: string[] = []
  const command = store.commands.find(({ name }) => name === 'cdc config')
  await command?.run({ flags, signal: new AbortController().signal, print: (text) => void lines.push(text) })
  return lines.join('\n')
}

/** `describe` with the database alone; where it cannot be had, a skipped `describe` that says why. */
export function describeWithLog(title: string, body: (capture: Capture) => void): void {
  describeWith(title, withoutLog, body)
}

/** `describe` with all of it; where something cannot be had, a skipped `describe` that says why. */
export function describeWithDebezium(title: string, body: (capture: Capture) => void): void {
  describeWith(title, withoutDebezium(), body)
}

/** As {@link describeWithDebezium}, for what may take a minute: only where GULO_TEST_LONG is set. */
export function describeLongWithDebezium(title: string, body: (capture: Capture) => void): void {
  const long = process.env['GULO_TEST_LONG'] ? undefined : 'takes up to a minute: GULO_TEST_LONG=1 npm test'
  describeWith(title, long ?? withoutDebezium(), body)
}

function withoutDebezium(): string | undefined {
  const debezium = process.env['GULO_TEST_DEBEZIUM'] ? undefined : `debezium: ${process.env['GULO_SKIP_DEBEZIUM']}`
  const kafka = brokers ? undefined : `kafka: ${process.env['GULO_SKIP_KAFKA']}`
  return debezium ?? kafka ?? withoutLog
}

function describeWith(title: string, skipped: string | undefined, body: (capture: Capture) => void): void {
  if (skipped !== undefined) {
    describe.skip(`${title} [skipped: ${skipped}]`, () => body(new Capture()))
    return
  }
  describe(title, function () {
    // Seconds by itself; a machine that does much else starts Java ten times slower.
    this.timeout(300_000)
    const capture = new Capture()
    before(() => capture.start())
    after(() => capture.stop())
    body(capture)
  })
}

/** Resolves once `condition` holds; the test's own time-out is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

let count = 0
const run = Date.now().toString(36)

/** A topic that no other test and no earlier run has used. */
export function uniqueTopic(name: string): string {
  count += 1
  return `${name}-${run}-${process.pid}-${count}`
}
