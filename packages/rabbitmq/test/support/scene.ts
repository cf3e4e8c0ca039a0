import {
  createRuntime,
  type Envelope,
  type Logger,
  type PausableSubscription,
  type ReceivedMessage,
  type TransportSubscription,
} from '@gulo/core'
import { type RabbitMqOptions, type RabbitMqTransport, rabbitmq } from '@gulo/rabbitmq'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { plainCodec } from './codec.js'

const runtime = createRuntime()

// Mocha lets them pass; whoever closes a scene is told.
const unhandled: unknown[] = []
process.on('unhandledRejection', (error) => unhandled.push(error))

/** Names of its own at a real broker, transports that are stopped and everything deleted at the end. */
export class Scene {
  /** A domain that nobody else uses: exchange and prefix of types. */
  readonly domain = `gulotest${runtime.newId().slice(-12)}`
  readonly type = `${this.domain}.item.changed.v1`
  readonly warnings: string[] = []
  private readonly transports: RabbitMqTransport[] = []
  private readonly exchanges = new Set([this.domain])
  private readonly queues = new Set<string>()
  private model: ChannelModel | undefined
  private number = 0

  constructor(
    readonly url: string,
    private readonly base: Partial<RabbitMqOptions> = { codec: plainCodec },
  ) {}

  /** A transport that is not started. */
  create(options: Partial<RabbitMqOptions> = {}): RabbitMqTransport {
    const transport = rabbitmq({
      url: this.url,
      redeliveryDelayMs: 20,
      reconnect: { initialDelayMs: 20, maxDelayMs: 200 },
      logger: this.logger,
      queueName: ({ group, action, priority }) => {
        const queue = this.willDelete(`${group}.${action}.${priority}`)
        if ((options.partitions ?? this.base.partitions ?? 0) !== 0) this.willDeletePartitions(queue)
        return queue
      },
      ...this.base,
      ...options,
    })
    this.transports.push(transport)
    return transport
  }

  async start(options?: Partial<RabbitMqOptions>): Promise<RabbitMqTransport> {
    const transport = this.create(options)
    await transport.start()
    return transport
  }

  envelope(more: Partial<Envelope> = {}): Envelope {
    const number = ++this.number
    const base = { id: runtime.newId(), type: this.type, source: 'tests', topic: this.type, payload: { number } }
    return { ...base, ...more }
  }

  envelopes(count: number, more: Partial<Envelope> = {}): Envelope[] {
    return Array.from({ length: count }, () => this.envelope(more))
  }

  /** Subscribes a group to the type of this scene. */
  subscribe(
    transport: RabbitMqTransport,
    deliver: (message: ReceivedMessage) => Promise<void> | void,
    more: Partial<TransportSubscription> = {},
  ): Promise<PausableSubscription> {
    return transport.subscribe({
      group: this.domain,
      action: 'work',
      routes: [{ topic: this.type, types: [this.type] }],
      deliver: (messages) => messages.map(async (message) => deliver(message)),
      ...more,
    })
  }

  get queue(): string {
    return this.willDelete(`${this.domain}.work.normal`)
  }

  /** Names a queue that is to be deleted at the end. */
  willDelete(queue: string): string {
    this.queues.add(queue).add(`${queue}.quarantine`)
    return queue
  }

  /** Names a queue whose partitions, and their exchanges, are to be deleted at the end. */
  willDeletePartitions(queue: string, most = 16): void {
    for (let number = 0; number < most; number++) {
      this.queues.add(this.willDeleteExchange(`${queue}.${number}`))
      this.willDeleteExchange(`${queue}.rest.${number + 1}`)
    }
    this.willDeleteExchange(queue)
  }

  willDeleteExchange(exchange: string): string {
    this.exchanges.add(exchange)
    return exchange
  }

  /** Does something at the broker without the transport. */
  async atBroker<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    this.model ??= await connect(this.url)
    const channel = await this.model.createChannel()
    channel.on('error', () => undefined)
    try {
      return await work(channel)
    } finally {
      await channel.close().catch(() => undefined)
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.transports.map((transport) => transport.stop({ deadlineMs: 200 })))
    await this.atBroker(async (channel) => {
      for (const queue of this.queues) await channel.deleteQueue(queue)
      for (const exchange of this.exchanges) await channel.deleteExchange(exchange)
    })
    await this.model?.close()
    const [error] = unhandled.splice(0)
    if (error !== undefined) throw error
  }

  private readonly logger: Logger = {
    info: () => undefined,
    warn: (text) => this.warnings.push(text),
    error: (text) => this.warnings.push(text),
  }
}

/** Resolves once `condition` holds; mocha's own time-out tells when it never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** The error a promise rejects with. */
export async function failureOf(
  work: Promise<unknown>,
): Promise<{ code: string; message: string; retryable: boolean; details: Record<string, unknown> }> {
  const nothing = Symbol('resolved')
  const error = await work.then(
    () => nothing,
    (error: unknown) => error,
  )
  if (error === nothing) throw new Error('expected a rejection, but it resolved')
  return error as Awaited<ReturnType<typeof failureOf>>
}
