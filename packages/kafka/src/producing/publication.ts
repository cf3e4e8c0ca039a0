import { isRetryable } from '@gulo/core'
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
  readonly done: Promise<void>
  private outstanding: number
  private readonly failures = new Map<number, unknown>()
  private resolve!: () => void
  private reject!: (error: Error) => void

  constructor(records: readonly (AddressedRecord | Unsendable)[]) {
    const items: Item[] = []
    for (const [index, record] of records.entries()) {
      if ('error' in record) this.failures.set(index, record.error)
      else items.push(new Item(this, record, index))
    }
    this.items = items
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
    if (error !== undefined) this.failures.set(index, error)
    this.outstanding -= 1
    if (this.outstanding === 0) this.conclude()
  }

  private conclude(): void {
    if (this.failures.size === 0) this.resolve()
    else this.reject(new PublicationFailure(this.failures))
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

/** Which records of a publication are not known to be stored, and why. */
export class PublicationFailure extends Error {
  private readonly failures: ReadonlyMap<number, unknown>

  constructor(failures: ReadonlyMap<number, unknown>) {
    super(reasonOf([...failures.values()][0]))
    this.failures = failures
  }

  /** The error for the caller; `sent` is what was handed in, in the same order. */
  toError(sent: readonly unknown[]): Error {
    const unsent = sent.filter((_, index) => this.failures.has(index))
    const causes = [...this.failures.values()]
    const details = { count: unsent.length, total: sent.length, reason: this.message, unsent }
    // Retryable while one of them is: tried again, the hopeless ones fail alone and say so.
    return publishFailed(details, causes.some(isRetryable), causes[0])
  }
}
