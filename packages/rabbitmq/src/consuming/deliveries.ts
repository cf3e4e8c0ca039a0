import type { Clock, ReceivedMessage, TransportSubscription } from '@gulo/core'

/** One message that a channel has received. */
interface Delivery {
  readonly number: number
  readonly acknowledge: () => void
  received: ReceivedMessage
}

export interface DeliveriesOptions {
  readonly deliver: TransportSubscription['deliver']
  readonly redeliveryDelayMs: number
  readonly clock: Clock
}

/**
 * What one channel has received and not acknowledged: gives it out oldest first, never a message while an earlier one
 * of its key is out or waits to be given out again. A rejected message stays with this consumer and is given out again
 * after a pause; sent back to the queue, it would come after those already on their way here.
 */
export class Deliveries {
  private arrived: Delivery[] = []
  private readonly out = new Set<Delivery>()
  private readonly rejected = new Set<Delivery>()
  private readonly keys = new Map<string, number>()
  private count = 0
  private flushing = false
  private closed = false
  private held: (topic: string) => boolean = () => false
  private idle: (() => void)[] = []

  constructor(private readonly options: DeliveriesOptions) {}

  /** Takes a message in; `acknowledge` is called when it is done, perhaps long after the channel has closed. */
  receive(received: ReceivedMessage, acknowledge: () => void): void {
    this.arrived.push({ number: this.count++, received, acknowledge })
    this.flushSoon()
  }

  /** Messages that subscribers are at work on. */
  get size(): number {
    return this.out.size
  }

  /** Messages received and not done. */
  get pending(): number {
    return this.arrived.length + this.out.size + this.rejected.size
  }

  /** Whether anything has been received. */
  get any(): boolean {
    return this.count > 0
  }

  /** Keeps back messages of the topics for which `held` answers true, until it is told otherwise. */
  hold(held: (topic: string) => boolean): void {
    this.held = held
    this.flushSoon()
  }

  /** Gives out no more; resolves once nothing is out. */
  close(): Promise<void> {
    this.closed = true
    return this.out.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve))
  }

  /** Forgets everything, its channel being gone: the broker delivers it again. */
  abandon(): void {
    this.closed = true
    this.arrived = []
  }

  // What arrived in one turn of the event loop is given out together.
  private flushSoon(): void {
    if (this.flushing) return
    this.flushing = true
    queueMicrotask(() => this.flush())
  }

  private flush(): void {
    this.flushing = false
    if (this.closed) return
    const batch = this.takeFree()
    if (batch.length === 0) return
    const outcomes = this.deliver(batch)
    for (const [index, delivery] of batch.entries()) {
      const outcome = outcomes[index] ?? Promise.reject(new Error('deliver answered no promise for it'))
      outcome.then(
        () => this.done(delivery),
        () => this.reject(delivery),
      )
    }
  }

  /** Those whose key is free; of one key, all that wait are taken together. */
  private takeFree(): Delivery[] {
    const batch: Delivery[] = []
    const rest: Delivery[] = []
    for (const delivery of this.arrived) (this.isFree(delivery.received) ? batch : rest).push(delivery)
    this.arrived = rest
    for (const delivery of batch) {
      this.out.add(delivery)
      this.occupy(delivery.received.key, 1)
    }
    return batch
  }

  private isFree({ key, topic }: ReceivedMessage): boolean {
    return (key === undefined || !this.keys.has(key)) && !this.held(topic)
  }

  private deliver(batch: readonly Delivery[]): readonly Promise<void>[] {
    try {
      return this.options.deliver(batch.map(({ received }) => received))
    } catch (error) {
      return batch.map(() => Promise.reject(error))
    }
  }

  private done(delivery: Delivery): void {
    delivery.acknowledge()
    this.occupy(delivery.received.key, -1)
    this.left(delivery)
    if (this.arrived.length > 0) this.flushSoon()
  }

  private reject(delivery: Delivery): void {
    this.left(delivery)
    if (this.closed) return
    this.rejected.add(delivery)
    if (this.rejected.size === 1) this.options.clock.after(this.options.redeliveryDelayMs, () => this.again())
  }

  private again(): void {
    const deliveries = [...this.rejected]
    this.rejected.clear()
    for (const delivery of deliveries) {
      const { received } = delivery
      this.occupy(received.key, -1)
      delivery.received = { ...received, redeliveries: (received.redeliveries ?? 0) + 1 }
    }
    this.arrived = [...deliveries, ...this.arrived].sort((one, other) => one.number - other.number)
    this.flushSoon()
  }

  private left(delivery: Delivery): void {
    this.out.delete(delivery)
    if (this.out.size === 0) for (const resolve of this.idle.splice(0)) resolve()
  }

  private occupy(key: string | undefined, change: 1 | -1): void {
    if (key === undefined) return
    const count = (this.keys.get(key) ?? 0) + change
    if (count === 0) this.keys.delete(key)
    else this.keys.set(key, count)
  }
}
