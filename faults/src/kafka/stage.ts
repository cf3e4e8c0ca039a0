import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaFrames } from '@gulo/testing'
import { whenInterrupted } from '../interrupted.js'
import { Network } from '../network.js'
import type { Plan } from '../rig.js'
import { type Listener, type Services, type StartedBroker, type StartedKafka, services } from '../services.js'
import type { Stage } from '../story.js'
import { TYPE } from '../workers/protocol.js'
import { readLog, withAdmin } from './log.js'
import { KAFKA_WEATHER } from './weather.js'

/** A consumer silent for so long is dead to its group. */
const SESSION_MS = 2000
const PARTITIONS = 6
const PAUSE_MS = 1500

/** Brokers of its own, each behind a proxy that workers take for it. */
export class KafkaStage implements Stage {
  readonly program = new URL('worker.js', import.meta.url)
  readonly oneAtATime = false
  readonly sessionMs = SESSION_MS
  readonly disturbances: readonly (() => Promise<void>)[]
  private readonly suffered = { brokerKills: 0, brokerStops: 0, brokerFreezes: 0 }
  private turn = 0

  private constructor(
    private readonly cluster: StartedKafka,
    private readonly network: Network,
    private readonly release: () => void,
    { messages }: Plan,
  ) {
    const alone = cluster.brokers.length === 1
    const times = Math.max(1, Math.round(messages / (alone ? 40_000 : 10_000)))
    this.disturbances = Array.from({ length: times }, (_, index) => () => this.disturb(alone ? index % 2 : index % 3))
  }

  static async start(plan: Plan): Promise<KafkaStage> {
    const { startKafka, freePorts }: Services = await services()
    const ports = await freePorts(plan.brokers)
    const network = await Network.before(ports, plan.seed, KAFKA_WEATHER, kafkaFrames)
    const listener = (id: number): Listener => ({
      name: 'PROXY',
      protocol: 'PLAINTEXT',
      port: ports[id - 1] as number,
      advertised: network.ports[id - 1] as number,
    })
    const properties = { 'broker.session.timeout.ms': 2000, 'broker.heartbeat.interval.ms': 500 }
    const options = (id: number) => ({ heapMb: 384, properties, listeners: [listener(id)] })
    plan.say(`starting ${plan.brokers} Kafka`)
    const cluster = await startKafka({ brokers: plan.brokers, options })
    const stage = new KafkaStage(
      cluster,
      network,
      whenInterrupted(() => cluster.stop()),
      plan,
    )
    await withAdmin(stage.direct, (admin) =>
      admin.createTopics({ topics: [{ topic: TYPE, numPartitions: PARTITIONS }] }),
    )
    return stage
  }

  get address(): string {
    return this.network.address
  }

  read(): ReturnType<typeof readLog> {
    return readLog(this.direct, TYPE)
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.network.counts, ...this.suffered }
  }

  async close(): Promise<void> {
    await this.network.close()
    await this.cluster.stop()
    this.release()
  }

  /** Stops the next broker in good order and starts it again. */
  stopNext(): Promise<void> {
    return this.disturb(1)
  }

  /** Takes every broker away for so long, in milliseconds. */
  async away(ms: number): Promise<void> {
    const { brokers } = this.cluster
    this.suffered.brokerKills += brokers.length
    await Promise.all(brokers.map((broker) => broker.stop({ keep: true, by: 'SIGKILL' })))
    await sleep(ms)
    await Promise.all(brokers.map((broker) => broker.start()))
    await Promise.all(brokers.map((broker) => broker.ready(brokers.length)))
  }

  private get direct(): string {
    return this.cluster.brokers.map(({ address }) => address).join(',')
  }

  private async disturb(kind: number): Promise<void> {
    const { brokers } = this.cluster
    const broker = brokers[this.turn++ % brokers.length] as StartedBroker
    if (kind === 2) await this.freeze(broker)
    else await this.restart(broker, kind === 0 ? 'SIGKILL' : 'SIGTERM')
    await broker.ready(brokers.length)
    // Until its copies have caught up another one must not go.
    await sleep(brokers.length > 1 ? PAUSE_MS : 0)
  }

  private async restart(broker: StartedBroker, by: NodeJS.Signals): Promise<void> {
    this.suffered[by === 'SIGKILL' ? 'brokerKills' : 'brokerStops'] += 1
    await broker.stop({ keep: true, by })
    await broker.start()
  }

  private async freeze(broker: StartedBroker): Promise<void> {
    this.suffered.brokerFreezes += 1
    const pid = broker.pid()
    if (pid === undefined) return
    process.kill(pid, 'SIGSTOP')
    await sleep(4000)
    process.kill(pid, 'SIGCONT')
  }
}
