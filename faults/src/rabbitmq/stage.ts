import { setTimeout as sleep } from 'node:timers/promises'
import { amqpFrames } from '@gulo/testing'
import { connect } from 'amqplib'
import { whenInterrupted } from '../interrupted.js'
import { Network } from '../network.js'
import type { Plan } from '../rig.js'
import { type StartedRabbitMq, services } from '../services.js'
import type { Stage } from '../story.js'
import { GROUP, TYPE } from '../workers/protocol.js'
import { RABBITMQ_WEATHER } from './weather.js'

const SUBSCRIPTION = `${GROUP}.events.normal`
const EXCHANGE = TYPE.slice(0, TYPE.indexOf('.'))
const UNBOUND_MS = 400

/** A node of its own behind a proxy that workers take for it. */
export class RabbitMqStage implements Stage {
  readonly program = new URL('worker.js', import.meta.url)
  // A message that is refused because its queue is unbound for a moment is published again, behind those after it.
  readonly oneAtATime = true
  // Two heartbeats of 2 s.
  readonly sessionMs = 4000
  readonly disturbances: readonly (() => Promise<void>)[]
  private readonly shared: boolean
  private readonly suffered = { brokerKills: 0, connectionsClosed: 0, bindingsTaken: 0 }

  private constructor(
    private readonly node: StartedRabbitMq,
    private readonly network: Network,
    private readonly release: () => void,
    { messages, without }: Plan,
    unbinds: boolean,
  ) {
    this.shared = without !== 'partitions'
    const kinds = [...(unbinds ? [() => this.unbind()] : []), () => this.closeConnections(), () => this.crash()]
    const times = Math.max(kinds.length, Math.round(messages / 8000))
    this.disturbances = Array.from({ length: times }, (_, index) => kinds[index % kinds.length] as () => Promise<void>)
  }

  /** `unbinds`: whether the subscription loses its binding now and then; relays publish more than one message at a time. */
  static async start(plan: Plan, unbinds = true): Promise<RabbitMqStage> {
    const { startRabbitmq } = await services()
    plan.say('starting RabbitMQ')
    const node = await startRabbitmq({ plugins: [] })
    const release = whenInterrupted(() => node.stop())
    const ports = [Number(new URL(node.address).port)]
    const network = await Network.before(ports, plan.seed, RABBITMQ_WEATHER, amqpFrames)
    return new RabbitMqStage(node, network, release, plan, unbinds)
  }

  get address(): string {
    const url = new URL(this.node.address)
    url.port = String(this.network.ports[0])
    return url.href
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.network.counts, ...this.suffered }
  }

  async close(): Promise<void> {
    await this.network.close()
    await this.node.stop()
    this.release()
  }

  /** Takes the node away for so long, in milliseconds. */
  async away(ms: number): Promise<void> {
    this.suffered.brokerKills += 1
    await this.node.kill()
    await sleep(ms)
    await this.node.start()
  }

  private async crash(): Promise<void> {
    this.suffered.brokerKills += 1
    await this.node.kill()
    await this.node.start()
  }

  private async closeConnections(): Promise<void> {
    this.suffered.connectionsClosed += 1
    await this.node.control('close_all_connections', 'fault rig')
  }

  /** Takes the subscription its binding for a moment: what is published meanwhile has nowhere to go. */
  private async unbind(): Promise<void> {
    this.suffered.bindingsTaken += 1
    const model = await connect(this.node.address)
    const channel = await model.createChannel()
    // Shared by key over several queues, the subscription is an exchange of that name.
    if (this.shared) await channel.unbindExchange(SUBSCRIPTION, EXCHANGE, TYPE)
    else await channel.unbindQueue(SUBSCRIPTION, EXCHANGE, TYPE)
    await sleep(UNBOUND_MS)
    if (this.shared) await channel.bindExchange(SUBSCRIPTION, EXCHANGE, TYPE)
    else await channel.bindQueue(SUBSCRIPTION, EXCHANGE, TYPE)
    await model.close()
  }
}
