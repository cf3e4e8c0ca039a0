import {
  Consumer,
  type ConsumerOptions,
  type Envelope,
  EventPublisher,
  type IntegrationEvent,
  type MemoryBroker,
  type MemoryStore,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Signal,
} from '@gulo/core'

export const quietLogger = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A consumer on a memory broker with stores, everything it signals, and a publisher beside it. */
export class Scene {
  readonly broker: MemoryBroker = memoryBroker({ partitions: 2 })
  readonly store: MemoryStore = memoryStore()
  readonly signals: Signal[] = []
  readonly transport = memoryTransport({ broker: this.broker, redeliveryDelayMs: 5 })
  private readonly publisher = new EventPublisher({
    transport: memoryTransport({ broker: this.broker }),
    source: 'outside',
  })
  private readonly consumers: Consumer[] = []
  private waiting: (() => void)[] = []

  /** Makes a consumer of the group `inventory`, not yet started. */
  consumer(options: Partial<ConsumerOptions> = {}): Consumer {
    const consumer = new Consumer({
      transport: this.transport,
      group: 'inventory',
      inbox: this.store.inbox,
      attemptLog: this.store.attempts,
      deadLetters: this.store.deadLetters,
      logger: quietLogger,
      observers: [(signal) => this.note(signal)],
      ...options,
    })
    this.consumers.push(consumer)
    return consumer
  }

  async open(): Promise<void> {
    await this.transport.start()
    await this.publisher.start()
  }

  async close(): Promise<void> {
    for (const consumer of this.consumers) await consumer.stop({ deadlineMs: 1000 }).catch(() => undefined)
    await this.publisher.stop()
    await this.transport.stop({ deadlineMs: 1000 })
  }

  publish(...events: IntegrationEvent[]): Promise<void> {
    return this.publisher.publishMany(events)
  }

  /** Puts raw bytes on a topic. */
  forward(topic: string, text: string, headers: Record<string, string> = {}, key?: string): Promise<void> {
    return this.transport.forward([{ topic, type: topic, key, body: new TextEncoder().encode(text), headers }])
  }

  /** Every signal of a kind. */
  of<K extends Signal['kind']>(kind: K): Extract<Signal, { kind: K }>[] {
    return this.signals.filter((signal): signal is Extract<Signal, { kind: K }> => signal.kind === kind)
  }

  /** Resolves once there are `count` signals of a kind; mocha's own timeout ends what never comes. */
  async until(kind: Signal['kind'], count = 1): Promise<void> {
    await this.when(() => this.of(kind).length >= count)
  }

  async when(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  /** Looks again at what is waited for. */
  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  private note(signal: Signal): void {
    this.signals.push(signal)
    this.wake()
  }
}

/** An envelope with what matters given and the rest made up. */
export function envelope(given: Partial<Envelope> = {}): Envelope {
  return { id: 'e-1', type: 'a.b.c.v1', source: 'test', topic: 'a.b.c.v1', payload: {}, ...given }
}
