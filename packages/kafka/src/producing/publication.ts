import { type Deadline, isRetryable } from '@gulo/core'
import type { KafkaRecord } from '../client/client.js'
import { publishFailed, reasonOf } from '../faults.js'
import { type AddressedRecord, sizeOf } from './record.js'

/** Stands for a message that could not even be encoded; the others of its publication are sent all the same. */
export interface Unsendable {
  readonly error: unknown
}

/** One call of `publish`: settles when each of its records has been stored or given up. */
export class Publication {
  readonly items: readonly Item[]
  /** Rejects with what the caller is told. */
  readonly done: Promise<void>
  /** Bytes of all its records, rather too many than too few. */
  readonly bytes: number
  /** Called once, after the last of its records and before `done` is told. */
  onSettled: ((publication: Publication) => void) | undefined
  /** Its place among those that are open. */
  deadline: Deadline<Publication> | undefined
  private readonly sent: readonly unknown[]
  private outstanding: number
  private failures: Map<number, unknown> | undefined
  private resolve!: () => void
  private reject!: (error: Error) => void

  /** `sent` is what the caller handed in, in the same order. */
  constructor(records: readonly (AddressedRecord | Unsendable)[], sent: readonly unknown[] = records) {
    this.sent = sent
    this.failures = undefined
    const items: Item[] = []
    let bytes = 0
    for (let index = 0; index < records.length; index++) {
      const record = records[index] as AddressedRecord | Unsendable
      if ('error' in record) this.note(index, record.error)
      else {
        const item = new Item(this, record, index)
        items.push(item)
        bytes += item.bytes
      }
    }
    this.items = items
    this.bytes = bytes
    this.outstanding = items.length
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    if (items.length === 0) this.conclude()
  }

  get settled(): boolean {
    return this.outstanding === 0
  }

  /** Counts one record off; called once for each by the record itself. */
  settle({ index }: Item, error: unknown): void {
    if (error !== undefined) this.note(index, error)
    this.outstanding -= 1
    if (this.outstanding > 0) return
    this.onSettled?.(this)
    this.conclude()
  }

  private note(index: number, error: unknown): void {
    this.failures ??= new Map()
    this.failures.set(index, error)
  }

  private conclude(): void {
    if (this.failures === undefined) this.resolve()
    else this.reject(failureOf(this.failures, this.sent))
  }
}

/** One record on its way; settled exactly once, whatever is tried after that. */
export class Item {
  readonly record: KafkaRecord
  readonly topic: string
  /** The partition asked for; `undefined` leaves it to the key. */
  readonly partition: number | undefined
  readonly index: number
  readonly bytes: number
  settled = false
  private readonly publication: Publication

  constructor(publication: Publication, { topic, partition, record }: AddressedRecord, index: number) {
    this.publication = publication
    this.topic = topic
    this.partition = partition
    this.record = record
    this.index = index
    this.bytes = sizeOf(record)
  }

  stored(): void {
    this.settle(undefined)
  }

  fail(error: unknown): void {
    this.settle(error)
  }

  private settle(error: unknown): void {
    if (this.settled) return
    this.settled = true
    this.publication.settle(this, error)
  }
}

/** Says which of what was sent is not known to be stored, and why. */
function failureOf(failures: ReadonlyMap<number, unknown>, sent: readonly unknown[]): Error {
  const [first] = failures.values()
  // In the order they were handed in, not that in which they failed.
  const indexes = [...failures.keys()].toSorted((one, other) => one - other)
  const unsent = indexes.map((index) => sent[index])
  const causes = indexes.map((index) => failures.get(index))
  const details = { count: unsent.length, total: sent.length, reason: reasonOf(first), unsent, failures: causes }
  // The rest is tried again as a whole by whoever looks no further: not while one of them is hopeless.
  return publishFailed(details, causes.every(isRetryable), causes[0])
}
