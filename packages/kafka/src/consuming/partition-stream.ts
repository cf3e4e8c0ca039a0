import type { Clock } from '@gulo/core'
import type { FetchedBatch } from '../client/client.js'
import { Fullness } from './fullness.js'
import { compareOffsets } from './offsets.js'
import { Patience } from './patience.js'
import type { Pauses } from './pauses.js'
import { Position } from './position.js'
import { Window, type WindowOptions } from './window.js'

export interface StreamOptions extends WindowOptions {
  readonly clock: Clock
  readonly pauses: Pauses
  /** How long one batch may hold up the client's fetching while nothing of it comes along, in milliseconds. */
  readonly slowHandlerMs: number
  readonly redeliveryDelayMs: number
  readonly mayCommit: () => boolean
  /** Stores the offset of the next message to handle, by way of a batch of the partition. */
  readonly commit: (batch: FetchedBatch, nextOffset: string) => Promise<void>
  /** Has the next fetch of the partition start at `offset`. */
  readonly seek: (offset: string) => void
}

/**
 * The messages of one partition on their way through the subscriber, over the borders of batches: handed out in order as
 * room becomes free, committed as far as they are handled without a gap, and sought again from a refused one.
 */
export class PartitionStream {
  readonly topic: string
  readonly partition: number
  private readonly options: StreamOptions
  private readonly window: Window
  private readonly position: Position
  private readonly patience: Patience
  private readonly fullness: Fullness
  // held: nothing is handed out until the group has said whose the partition is
  private state: 'open' | 'held' | 'refused' | 'closed' = 'open'
  private taken: string | undefined
  private rewound = false
  private resting = false
  private before: Promise<void> | undefined
  private source: FetchedBatch | undefined
  private awaitingDrain: (() => void)[] = []

  /** `before` is what an earlier stream of the partition left in flight: no key may overtake it. */
  constructor(topic: string, partition: number, options: StreamOptions, before: Promise<void> | undefined) {
    this.topic = topic
    this.partition = partition
    this.options = options
    this.window = new Window(topic, partition, options, (refused) => this.settled(refused))
    this.patience = new Patience(options.clock, options.slowHandlerMs)
    this.fullness = new Fullness(topic, partition, options)
    this.position = new Position({
      store: (nextOffset) => options.commit(this.source as FetchedBatch, nextOffset),
      mayCommit: () => this.state !== 'closed' && options.mayCommit(),
    })
    this.before = before?.then(() => {
      this.before = undefined
      this.handOut()
    })
  }

  get isCommitted(): boolean {
    return this.position.isCurrent
  }

  /** Whether the batch cannot follow what was here before: the topic was made anew, or the group moved back. */
  contradicts({ records }: FetchedBatch): boolean {
    const first = records[0]?.offset
    const bound = this.rewound ? this.position.committed : this.taken
    return first !== undefined && bound !== undefined && compareOffsets(first, bound) <= 0
  }

  /** Takes the messages of a batch; resolves, with whether it still has them, once the next may be fetched. */
  async take(batch: FetchedBatch): Promise<boolean> {
    if (this.state !== 'open') return false
    this.source = batch
    const records = this.rewound ? batch.records.filter(({ offset }) => this.isNew(offset)) : batch.records
    if (records.length > 0) this.rewound = false
    this.taken = records.at(-1)?.offset ?? this.taken
    this.window.append(records)
    this.handOut()
    if (!this.window.isEmpty) await this.patience.hold(() => this.window.ledger.settled)
    void this.commit()
    this.balance()
    return this.state === 'open'
  }

  /** Commits what has been handled without a gap. Never rejects. */
  commit(): Promise<void> {
    return this.position.commit(this.window.ledger.handledTo)
  }

  /** Hands nothing more out; what is in flight goes on, what waits is forgotten and will be fetched again. */
  hold(): void {
    if (this.state === 'open') this.state = 'held'
    this.window.forgetWaiting()
    this.patience.insist()
    if (this.window.isEmpty) this.patience.release()
  }

  /** The partition is still ours, and fetched from its committed offset on: what is in flight is not taken again. */
  goOn(): void {
    if (this.state === 'held') this.state = 'open'
    if (this.window.ledger.hasRefused) this.refuse()
    this.rewind()
    this.balance()
  }

  /** Lets the client go on although work is under way. */
  release(): void {
    this.patience.release()
  }

  /** Ends the stream without another commit. The answer settles with what is in flight; `undefined` when nothing is. */
  close(): Promise<void> | undefined {
    const { pauses } = this.options
    this.state = 'closed'
    this.window.forgetWaiting()
    this.patience.release()
    for (const reason of ['full', 'refused'] as const) pauses.remove(this.topic, this.partition, reason)
    if (this.window.ledger.open === 0) return this.before
    return Promise.all([this.before, this.drained()]).then(() => undefined)
  }

  /** Resolves when nothing is in flight. */
  drained(): Promise<void> {
    if (this.window.ledger.open === 0) return Promise.resolve()
    return new Promise((resolve) => this.awaitingDrain.push(resolve))
  }

  /** Hands nothing out for as long as somebody asks so. */
  rest(asked: boolean): void {
    this.resting = asked
    this.handOut()
  }

  private handOut(): void {
    if (this.state === 'open' && !this.resting && this.before === undefined) this.window.handOut()
  }

  private isNew(offset: string): boolean {
    return this.window.handed === undefined || compareOffsets(offset, this.window.handed) > 0
  }

  private rewind(): void {
    this.window.forgetWaiting()
    this.rewound = true
  }

  private settled(refused: boolean): void {
    if (refused) this.refuse()
    if (this.window.ledger.open === 0) this.onEmpty()
    this.handOut()
    if (this.window.isEmpty) this.patience.release()
    if (this.state !== 'closed') this.fullness.relax(this.window.load)
  }

  // At once, though others may be in flight: what is behind it in the lane of its key must not overtake it.
  private refuse(): void {
    if (this.state === 'closed') return
    this.window.forgetWaiting()
    if (this.state !== 'open') return
    this.state = 'refused'
    this.options.pauses.add(this.topic, this.partition, 'refused')
  }

  private onEmpty(): void {
    if (this.window.ledger.hasRefused) this.goBack()
    for (const resolve of this.awaitingDrain.splice(0)) resolve()
  }

  /** To the first message that is not handled: those behind it come again, handled or not. */
  private goBack(): void {
    const { ledger } = this.window
    const from = ledger.firstUnhandled as string
    ledger.forgetRest()
    this.window.handed = ledger.handledTo
    this.rewind()
    if (this.state !== 'refused') return
    void this.commit()
    this.options.seek(from)
    this.options.clock.after(this.options.redeliveryDelayMs, () => this.comeAgain(), { background: true })
  }

  private comeAgain(): void {
    if (this.state !== 'refused') return
    this.state = 'open'
    this.options.pauses.remove(this.topic, this.partition, 'refused')
  }

  private balance(): void {
    if (this.state !== 'closed') this.fullness.balance(this.window.load)
  }
}
