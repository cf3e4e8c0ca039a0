import { createRuntime } from '@gulo/core'
import { type RabbitMqTransport, rabbitmq, subscriptionTopology } from '@gulo/rabbitmq'
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import { ORDER_PLACED, orderOf } from '../brokers/order.js'
import { quiet } from '../brokers/quiet.js'
import type { Scope } from '../suite.js'
import { publishRaw } from './raw.js'

/** As many as Gulo has out at a time by default. */
export const PREFETCH = 100
const ACTION = 'read'
const runtime = createRuntime()

/** One exchange with one queue, which both sides use, gone when the scope closes. */
export class RabbitScene {
  readonly exchange = `benchmarks-${runtime.newId()}`
  readonly queue = `${this.exchange}.${ACTION}.normal`

  private constructor(
    private readonly scope: Scope,
    readonly model: ChannelModel,
    readonly publishing: ConfirmChannel,
    private readonly managing: Channel,
    private readonly quorum: boolean,
  ) {}

  static async open(scope: Scope, quorum: boolean): Promise<RabbitScene> {
    // As the transport does: a small message waits for nobody.
    const model = await connect(scope.service, { noDelay: true })
    scope.defer(() => model.close())
    const publishing = await model.createConfirmChannel()
    const scene = new RabbitScene(scope, model, publishing, await model.createChannel(), quorum)
    await scene.declare()
    return scene
  }

  /** A started transport, for the same exchange and queue. */
  async transport(): Promise<RabbitMqTransport> {
    const transport = rabbitmq({
      url: this.scope.service,
      connectionName: 'benchmarks',
      prefetch: PREFETCH,
      logger: quiet,
      quorum: this.quorum,
      exchangeName: () => this.exchange,
      queueName: () => this.queue,
    })
    await transport.start()
    this.scope.defer(() => transport.stop())
    return transport
  }

  /** What a subscription of this queue says. */
  get wanted() {
    return { group: this.exchange, action: ACTION, routes: [{ topic: this.exchange, types: [ORDER_PLACED] }] }
  }

  /** Puts `count` orders into the queue, as fast as can be. */
  async fill(count: number): Promise<void> {
    for (let number = 0; number < count; number++) void publishRaw(this, orderOf(number)).catch(() => undefined)
    await this.publishing.waitForConfirms()
  }

  async empty(): Promise<void> {
    await this.managing.purgeQueue(this.queue)
  }

  private async declare(): Promise<void> {
    const rules = {
      quorum: this.quorum,
      deliveryLimit: 20,
      singleActiveConsumer: false,
      exchangeName: () => this.exchange,
      queueName: () => this.queue,
    }
    this.scope.defer(() => this.managing.deleteExchange(this.exchange))
    for (const { topology } of subscriptionTopology(this.wanted, rules)) {
      for (const { name, type } of topology.exchanges) await this.managing.assertExchange(name, type)
      for (const { name, arguments: args } of topology.queues) {
        this.scope.defer(() => this.managing.deleteQueue(name))
        await this.managing.assertQueue(name, { durable: true, arguments: args })
      }
      for (const binding of topology.bindings)
        if ('queue' in binding) await this.managing.bindQueue(binding.queue, binding.exchange, binding.routingKey)
    }
  }
}
