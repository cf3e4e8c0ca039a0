import {
  Consumer,
  type ConsumerOptions,
  Contract,
  createRuntime,
  IntegrationEvent,
  memoryStore,
  type ReceivedMessage,
  type Signal,
  type StopOptions,
  type Transport,
  type TransportSubscription,
} from '@gulo/core'
import { ManualClock } from '../support/manual-clock.js'
import { quietLogger } from '../support/scene.js'

export const TYPE = 'ordering.order.placed.v1'

@Contract(TYPE, { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}

/** A transport that delivers what a test hands it, and nothing else; it cannot forward. */
class HandTransport implements Transport {
  subscription: TransportSubscription | undefined
  readonly closed: (StopOptions | undefined)[] = []
  /** What closing the subscription waits for. */
  closing: Promise<void> = Promise.resolve()

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  async publish(): Promise<void> {}

  async subscribe(subscription: TransportSubscription) {
    this.subscription = subscription
    return {
      close: (options?: StopOptions) => {
        this.closed.push(options)
        return this.closing
      },
    }
  }

  /** Delivers one message; settles as its delivery does. */
  deliver(message: ReceivedMessage): Promise<void> {
    const [settling] = this.subscription?.deliver([message]) ?? []
    return settling ?? Promise.reject(new Error('nobody has subscribed'))
  }

  /** Delivers messages in one go; answers what became of each. */
  async deliverAll(...messages: readonly ReceivedMessage[]): Promise<readonly ('ok' | 'refused')[]> {
    const settled = await Promise.allSettled(this.subscription?.deliver(messages) ?? [])
    return settled.map(({ status }) => (status === 'fulfilled' ? 'ok' : 'refused'))
  }
}

/** A message as a broker gives it. */
export function received(
  given: { data?: unknown; headers?: Record<string, string>; id?: string } = {},
): ReceivedMessage {
  const { data = { orderId: 'o-1' }, headers = {}, id = 'm-1' } = given
  return {
    topic: TYPE,
    partition: 1,
    offset: '42',
    queue: undefined,
    timestamp: 1000,
    redeliveries: 0,
    key: undefined,
    body: new TextEncoder().encode(JSON.stringify(data)),
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: TYPE,
      ce_source: 'ordering',
      'content-type': 'application/json',
      ...headers,
    },
  }
}

/** A consumer `inventory` on a transport worked by hand and a clock that stands still. */
export function desk(options: Partial<ConsumerOptions> = {}) {
  const clock = new ManualClock()
  const transport = new HandTransport()
  const signals: Signal[] = []
  const consumer = new Consumer({
    transport,
    group: 'inventory',
    runtime: createRuntime({ clock }),
    logger: quietLogger,
    deadLetters: memoryStore().deadLetters,
    observers: [(signal) => void signals.push(signal)],
    ...options,
  })
  return { clock, transport, signals, consumer, kinds: () => signals.map((signal) => signal.kind) }
}
