import { fault } from '../faults.js'
import { Fifo } from '../handling/fifo.js'
import { Tails } from './tails.js'

/** Work that may be done at once: then it answers no promise. */
export type LaneWork<S> = (subject: S) => Promise<void> | undefined

interface Item {
  readonly key: string | undefined
  readonly work: LaneWork<never>
  subject: unknown
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  /** The next of its key. */
  behind: Item | undefined
  hash: number
  beside: Item | undefined
}

/** What work of a lane is waited for with. Used again and again: functions made for each message cost more than all else here. */
interface Waiter {
  item: Item
  readonly succeeded: () => void
  readonly failed: (error: unknown) => void
}

const DONE = Promise.resolve()

/**
 * Runs work of one key in order and work of different keys at once, up to a bound. Work without a key is in nobody's way.
 * When work of a key fails, what waits behind it is refused unrun: the broker delivers both again, in order.
 */
export class Lanes {
  /** The last of each key that has work. */
  private readonly last = new Tails<Item>()
  /** What is first of its key and waits for its turn. */
  private readonly ready = new Fifo<Item>()
  private readonly waiters: Waiter[] = []
  private running = 0
  private unsettled = 0
  private entering = false
  private idle: (() => void)[] = []
  private resolve: () => void = () => undefined
  private reject: (error: unknown) => void = () => undefined

  constructor(private readonly concurrency: number) {}

  /** Settles like `work`, or rejects with GULO_MESSAGE_HELD_BACK when earlier work of the key failed. */
  run(key: string | undefined, work: LaneWork<undefined>): Promise<void>
  run<S>(key: string | undefined, work: LaneWork<S>, subject: S): Promise<void>
  run<S>(key: string | undefined, work: LaneWork<S>, subject?: S): Promise<void> {
    const settling = this.add(key, work, subject)
    this.next()
    return settling
  }

  /** Like `run`, but no work begins before the caller has returned. */
  enter<S>(key: string | undefined, work: LaneWork<S>, subject: S): Promise<void> {
    if (!this.entering) {
      this.entering = true
      void DONE.then(() => {
        this.entering = false
        this.next()
      })
    }
    return this.add(key, work, subject)
  }

  /** How much work is running or waiting. */
  get size(): number {
    return this.unsettled
  }

  /** Resolves once nothing is running or waiting. */
  drained(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve))
  }

  private add(key: string | undefined, work: LaneWork<never>, subject: unknown): Promise<void> {
    this.unsettled++
    const settling = new Promise<void>(this.keep)
    const { resolve, reject } = this
    const item: Item = { key, work, subject, resolve, reject, behind: undefined, hash: 0, beside: undefined }
    const last = key === undefined ? undefined : this.last.put(item)
    if (last === undefined) this.ready.push(item)
    else last.behind = item
    return settling
  }

  private readonly keep = (resolve: () => void, reject: (error: unknown) => void): void => {
    this.resolve = resolve
    this.reject = reject
  }

  private next(): void {
    while (this.running < this.concurrency) {
      const item = this.ready.take()
      if (item === undefined) break
      this.running++
      this.begin(item)
    }
    if (this.unsettled === 0 && this.idle.length > 0) for (const resolve of this.idle.splice(0)) resolve()
  }

  // `then`, because an async frame for each message would cost still more.
  private begin(item: Item): void {
    try {
      const working = item.work(item.subject as never)
      if (working === undefined) return this.succeeded(item)
      const { succeeded, failed } = this.waiter(item)
      working.then(succeeded, failed)
    } catch (error) {
      this.failed(item, error)
    }
  }

  private waiter(item: Item): Waiter {
    const free = this.waiters.pop() ?? this.newWaiter(item)
    free.item = item
    return free
  }

  private newWaiter(item: Item): Waiter {
    const waiter: Waiter = {
      item,
      succeeded: () => {
        this.waiters.push(waiter)
        this.succeeded(waiter.item)
        this.next()
      },
      failed: (error) => {
        this.waiters.push(waiter)
        this.failed(waiter.item, error)
        this.next()
      },
    }
    return waiter
  }

  private succeeded(item: Item): void {
    const { key, behind, resolve } = item
    letGo(item)
    this.running--
    this.unsettled--
    // To the end of the queue: a key with much to do does not keep the others from their turn.
    if (behind !== undefined) this.ready.push(behind)
    else if (key !== undefined) this.last.remove(item)
    resolve()
  }

  private failed(item: Item, error: unknown): void {
    const { key } = item
    this.running--
    this.unsettled--
    let last = item
    while (last.behind !== undefined) last = last.behind
    if (key !== undefined) this.last.remove(last)
    for (let held = item.behind; held !== undefined; held = letGo(held)) {
      this.unsettled--
      held.reject(fault('GULO_MESSAGE_HELD_BACK', { key }, error))
    }
    letGo(item)
    item.reject(error)
  }
}

/** Clears an item that is done, and answers what was behind it: an old one would keep its message and all after it alive. */
function letGo(item: Item): Item | undefined {
  const { behind } = item
  item.behind = undefined
  item.subject = undefined
  return behind
}
