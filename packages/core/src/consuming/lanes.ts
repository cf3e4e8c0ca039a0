import { fault } from '../faults.js'

interface Item {
  readonly work: () => Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Lane {
  readonly items: Item[]
  readonly key: string | undefined
}

/**
 * Runs work of one key in order and work of different keys at once, up to a bound. Work without a key is in nobody's way.
 * When work of a key fails, what waits behind it is refused unrun: the broker delivers both again, in order.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>()
  private readonly ready: Lane[] = []
  private running = 0
  private unsettled = 0
  private idle: (() => void)[] = []

  constructor(private readonly concurrency: number) {}

  /** Settles like `work`, or rejects with GULO_MESSAGE_HELD_BACK when earlier work of the key failed. */
  run(key: string | undefined, work: () => Promise<void>): Promise<void> {
    this.unsettled++
    return new Promise((resolve, reject) => {
      const item = { work, resolve, reject }
      const waiting = key === undefined ? undefined : this.lanes.get(key)
      if (waiting !== undefined) {
        waiting.items.push(item)
        return
      }
      const lane = { key, items: [item] }
      if (key !== undefined) this.lanes.set(key, lane)
      this.ready.push(lane)
      this.next()
    })
  }

  /** How much work is running or waiting. */
  get size(): number {
    return this.unsettled
  }

  /** Resolves once nothing is running or waiting. */
  drained(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve))
  }

  private next(): void {
    while (this.running < this.concurrency && this.ready.length > 0) {
      const lane = this.ready.shift() as Lane
      this.running++
      void this.runFirst(lane)
    }
  }

  private async runFirst(lane: Lane): Promise<void> {
    const item = lane.items[0] as Item
    try {
      await item.work()
      lane.items.shift()
      this.unsettled--
      item.resolve()
    } catch (error) {
      this.unsettled -= lane.items.length
      for (const behind of lane.items.splice(0).slice(1)) {
        behind.reject(fault('GULO_MESSAGE_HELD_BACK', { key: lane.key }, error))
      }
      item.reject(error)
    }
    this.finished(lane)
  }

  private finished(lane: Lane): void {
    this.running--
    // To the end of the queue: a key with much to do does not keep the others from their turn.
    if (lane.items.length > 0) this.ready.push(lane)
    else if (lane.key !== undefined) this.lanes.delete(lane.key)
    this.next()
    if (this.size === 0) for (const resolve of this.idle.splice(0)) resolve()
  }
}
