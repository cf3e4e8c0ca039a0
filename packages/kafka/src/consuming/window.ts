import type { TransportSubscription } from '@gulo/core'
import type { FetchedRecord } from '../client/client.js'
import { Ledger } from './ledger.js'
import { toReceived } from './received.js'

export interface WindowOptions {
  readonly deliver: TransportSubscription['deliver']
  /** Most messages handed out and not settled. */
  readonly deliverySize: number
  /** Most messages from the first that is not handled to the last handed out. */
  readonly maxInFlight: number
}

/** Hands the messages of one partition out, oldest first, as room becomes free, and follows what becomes of them. */
export class Window {
  readonly ledger = new Ledger()
  /** The last offset that was handed out. */
  handed: string | undefined
  private readonly topic: string
  private readonly partition: number
  private readonly options: WindowOptions
  private readonly settled: (refused: boolean) => void
  private waiting: readonly FetchedRecord[] = []
  private next = 0

  /** `settled` is called after each message, with whether it was refused. */
  constructor(topic: string, partition: number, options: WindowOptions, settled: (refused: boolean) => void) {
    this.topic = topic
    this.partition = partition
    this.options = options
    this.settled = settled
  }

  /** Whether nothing is in flight and nothing waits. */
  get isEmpty(): boolean {
    return this.ledger.open === 0 && !this.hasWaiting
  }

  /** How many messages wait, or are handed out and not yet handled without a gap. */
  get load(): number {
    return this.ledger.span + this.waiting.length - this.next
  }

  append(records: readonly FetchedRecord[]): void {
    this.waiting = this.hasWaiting ? [...this.waiting.slice(this.next), ...records] : records
    this.next = 0
  }

  forgetWaiting(): void {
    this.waiting = []
    this.next = 0
  }

  handOut(): void {
    const { deliverySize, maxInFlight } = this.options
    const { open, span } = this.ledger
    // Not one by one as each is settled: a delivery has its own cost.
    if (!this.hasWaiting || open > deliverySize / 2) return
    const room = Math.min(deliverySize - open, maxInFlight - span)
    if (room <= 0) return
    const records = this.waiting.slice(this.next, this.next + room)
    this.next += records.length
    this.handed = (records.at(-1) as FetchedRecord).offset
    this.follow(records, this.deliver(records))
  }

  private get hasWaiting(): boolean {
    return this.next < this.waiting.length
  }

  private deliver(records: readonly FetchedRecord[]): readonly (Promise<void> | undefined)[] {
    try {
      const promises = this.options.deliver(records.map((record) => toReceived(this.topic, this.partition, record)))
      return Array.isArray(promises) ? promises : []
    } catch (error) {
      return records.map(() => Promise.reject(error))
    }
  }

  private follow(records: readonly FetchedRecord[], promises: readonly (Promise<void> | undefined)[]): void {
    for (let index = 0; index < records.length; index++) {
      const number = this.ledger.enter((records[index] as FetchedRecord).offset)
      const promise = promises[index] ?? Promise.reject(new TypeError('deliver answered too few promises'))
      promise.then(
        () => {
          this.ledger.fulfil(number)
          this.settled(false)
        },
        () => {
          this.ledger.refuse(number)
          this.settled(true)
        },
      )
    }
  }
}
