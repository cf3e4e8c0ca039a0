import { fault } from '../faults.js'
import { Fifo } from '../handling/fifo.js'
import type { BatchSize } from './batch-size.js'
import type { LaneWork } from './lanes.js'

/** What became of work that was tried together with other work; `later` is tried together again. */
export type Outcome = 'done' | 'alone' | 'later'

export interface BatchLanesOptions<S> {
  /** How many batches and single works run at once. */
  readonly concurrency: number
  readonly size: BatchSize
  /** Whether it is to be done by itself. */
  readonly isAlone: (subject: S) => boolean
  /**
   * Does work in the order given, and answers for each what became of it: what is behind undone work of its key is not
   * done either. When it rejects, nothing is done, and all is done alone.
   */
  readonly together: (subjects: readonly S[]) => Promise<readonly Outcome[]>
}

interface Item<S> {
  readonly work: LaneWork<S>
  readonly subject: S
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  alone: boolean
}

/** What waits of one key, oldest first; in no list of those that are ready while one of its works runs. */
interface Queue<S> {
  readonly key: string | undefined
  items: Item<S>[]
}

interface Share<S> {
  readonly queue: Queue<S>
  readonly items: readonly Item<S>[]
}

/** Lanes that do much work at once where they may: of one key in order, and not beside other work of that key. */
export class BatchLanes<S> {
  private readonly queues = new Map<string, Queue<S>>()
  private readonly batchable = new Fifo<Queue<S>>()
  private readonly single = new Fifo<Queue<S>>()
  private singleNext = false
  private running = 0
  private unsettled = 0
  private entering = false
  private idle: (() => void)[] = []

  constructor(private readonly options: BatchLanesOptions<S>) {}

  /** Does the work alone; settles as it does, or rejects with GULO_MESSAGE_HELD_BACK when earlier work of the key failed. */
  run(key: string | undefined, work: LaneWork<S>, subject: S): Promise<void> {
    const settling = this.add(key, work, subject, true)
    this.next()
    return settling
  }

  /** Does the work with others where it may; none begins before the caller has returned. */
  enter(key: string | undefined, work: LaneWork<S>, subject: S): Promise<void> {
    if (!this.entering) {
      this.entering = true
      queueMicrotask(() => {
        this.entering = false
        this.next()
      })
    }
    return this.add(key, work, subject, this.options.isAlone(subject))
  }

  /** How much work is running or waiting. */
  get size(): number {
    return this.unsettled
  }

  /** Resolves once nothing is running or waiting. */
  drained(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve))
  }

  private add(key: string | undefined, work: LaneWork<S>, subject: S, alone: boolean): Promise<void> {
    this.unsettled++
    return new Promise<void>((resolve, reject) => {
      const item = { work, subject, resolve, reject, alone }
      const waiting = key === undefined ? undefined : this.queues.get(key)
      if (waiting !== undefined) return void waiting.items.push(item)
      const queue = { key, items: [item] }
      if (key !== undefined) this.queues.set(key, queue)
      this.makeReady(queue)
    })
  }

  private makeReady(queue: Queue<S>): void {
    if (queue.items[0]?.alone) this.single.push(queue)
    else this.batchable.push(queue)
  }

  private next(): void {
    while (this.running < this.options.concurrency && this.single.size + this.batchable.size > 0) {
      this.singleNext = this.batchable.size === 0 || (this.single.size > 0 && !this.singleNext)
      const shares = this.singleNext ? [this.firstOf(this.single.take() as Queue<S>)] : this.gather()
      this.running++
      const [first] = shares as [Share<S>]
      void (shares.length === 1 && first.items.length === 1 ? this.doAlone(first) : this.doTogether(shares))
    }
    if (this.unsettled === 0) for (const resolve of this.idle.splice(0)) resolve()
  }

  private firstOf(queue: Queue<S>): Share<S> {
    return { queue, items: queue.items.splice(0, 1) }
  }

  private gather(): Share<S>[] {
    const shares: Share<S>[] = []
    const { size, concurrency } = this.options
    for (let room = size.next(this.batchable.size, concurrency - this.running); room > 0 && this.batchable.size > 0; ) {
      const queue = this.batchable.take() as Queue<S>
      const end = queue.items.findIndex((each) => each.alone)
      const items = queue.items.splice(0, Math.min(room, end < 0 ? room : end))
      room -= items.length
      shares.push({ queue, items })
    }
    return shares
  }

  private async doAlone({ queue, items }: Share<S>): Promise<void> {
    const [{ work, subject, resolve, reject }] = items as [Item<S>]
    try {
      await work(subject)
      this.options.size.alone()
      this.settle(1)
      resolve()
      this.goOn(queue)
    } catch (error) {
      reject(error)
      this.settle(1 + queue.items.length)
      for (const held of queue.items.splice(0)) held.reject(fault('GULO_MESSAGE_HELD_BACK', { key: queue.key }, error))
      this.goOn(queue)
    }
    this.running--
    this.next()
  }

  private async doTogether(shares: readonly Share<S>[]): Promise<void> {
    const subjects = shares.flatMap(({ items }) => items.map((each) => each.subject))
    const outcomes = await this.options.together(subjects).catch((): readonly Outcome[] => [])
    let index = 0
    for (const { queue, items } of shares) {
      const left: Item<S>[] = []
      for (const item of items) {
        const outcome = outcomes[index++] ?? 'alone'
        if (outcome === 'done') {
          this.settle(1)
          item.resolve()
          continue
        }
        item.alone = outcome === 'alone'
        left.push(item)
      }
      if (left.length > 0) queue.items.unshift(...left)
      this.goOn(queue)
    }
    this.running--
    this.next()
  }

  // To the end of the list: a key with much to do does not keep the others from their turn.
  private goOn(queue: Queue<S>): void {
    if (queue.items.length > 0) this.makeReady(queue)
    else if (queue.key !== undefined) this.queues.delete(queue.key)
  }

  private settle(count: number): void {
    this.unsettled -= count
  }
}
