import { createRuntime } from '@gulo/core'
import { migrate } from '@gulo/postgres'
import { connect } from 'amqplib'
import kafkajs from 'kafkajs'
import pg from 'pg'
import type { Scope } from '../suite.js'
import { Crew } from './crew.js'
import { ProcessUsage } from './process-usage.js'
import { handlingSchema, type WorkerOptions } from './protocol.js'

const PARTITIONS = 8

/** Tables and a topic of their own for one crew; all gone when the scope closes. */
export class EndToEndScene {
  private constructor(
    private readonly scope: Scope,
    private readonly pool: pg.Pool,
    private readonly options: Omit<WorkerOptions, 'role'>,
    private readonly usage: ProcessUsage,
  ) {}

  static async open(scope: Scope, broker: 'kafka' | 'rabbitmq'): Promise<EndToEndScene> {
    const [database = '', ...brokers] = scope.service.split(' ')
    const address = brokers[broker === 'kafka' ? 0 : 1] ?? ''
    const schema = `gulo_bench_${createRuntime().newId().replaceAll('-', '').slice(-12)}`
    const pool = new pg.Pool({ connectionString: database, max: 2 })
    scope.defer(() => pool.end())
    for (const each of [schema, handlingSchema(schema)]) {
      await migrate(pool, { schema: each })
      scope.defer(() => pool.query(`drop schema ${each} cascade`))
      await pool.query(`create table ${each}.business (id text not null, note text not null)`)
    }
    const topic = schema.replaceAll('_', '-')
    await (broker === 'kafka' ? makeTopic(scope, address, topic) : forgetExchange(scope, address, topic))
    const usage = new ProcessUsage()
    scope.countCpu(() => usage.cpuNs())
    return new EndToEndScene(scope, pool, { database, schema, broker, address, topic }, usage)
  }

  /** A crew that works, with its server processes counted. */
  async crew(relays: number, consumers: number): Promise<Crew> {
    const crew = await Crew.start(this.options, relays, consumers)
    this.scope.defer(() => crew.stop())
    // The first events open connections, join groups and compile code.
    await crew.handle(1000)
    for (const pid of [...crew.pids, ...(await this.serverProcesses())]) this.usage.add(pid)
    return crew
  }

  largestMegabytes(): number {
    return this.usage.largestBytes() / 2 ** 20
  }

  private async serverProcesses(): Promise<readonly number[]> {
    const { rows } = await this.pool.query<{ pid: number }>(
      'select pid from pg_stat_activity where application_name = $1',
      [this.options.schema],
    )
    return rows.map(({ pid }) => pid)
  }
}

async function makeTopic(scope: Scope, address: string, topic: string): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: address.split(','), logLevel: kafkajs.logLevel.ERROR })
  const admin = client.admin()
  await admin.connect()
  scope.defer(() => admin.disconnect())
  scope.defer(() => admin.deleteTopics({ topics: [topic] }))
  await admin.createTopics({
    topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: 1 }],
    waitForLeaders: true,
  })
}

async function forgetExchange(scope: Scope, address: string, topic: string): Promise<void> {
  const model = await connect(address)
  const channel = await model.createChannel()
  scope.defer(() => model.close())
  scope.defer(() => channel.deleteExchange(topic))
}
