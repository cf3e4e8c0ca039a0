import type { PartitionBatch } from '../client/client.js'
import { RecordWriter } from './record-writer.js'
import type { StubBatch } from './stubs.js'

const TOKEN_BYTES = 8
// length, attributes, age, offset, length of the key: one byte each for the first stub
const TOKEN_AT = 5

/** A batch that has been written, and what is given to kafkajs in place of its records. */
export interface Written {
  readonly token: number
  readonly stubs: StubBatch
  records: Buffer | undefined
}

/**
 * Writes batches for kafkajs, whose own writer takes 512 zeroed bytes for each header and half of all the time. kafkajs
 * is given empty messages, as many and as old; it counts, numbers and frames them, and where it asks for a codec the
 * real records take their place. The first message carries a token that tells which.
 */
export class WrittenRecords {
  private readonly writer = new RecordWriter()
  private readonly waiting = new Map<number, Written>()
  private lastToken = 0

  /** Keeps the records of a batch until `forget`. */
  write({ partition, records }: PartitionBatch, call: object): Written {
    let [oldest, youngest] = [Number.POSITIVE_INFINITY, 0]
    for (const { timestamp } of records) {
      if (timestamp < oldest) oldest = timestamp
      if (timestamp > youngest) youngest = timestamp
    }
    this.lastToken += 1
    const key = Buffer.alloc(TOKEN_BYTES)
    key.writeDoubleBE(this.lastToken)
    const stub = { key: null, value: null, headers: {}, partition, call }
    const first = { ...stub, key, timestamp: String(oldest) }
    const last = { ...stub, timestamp: String(youngest) }
    const stubs = { partition, count: records.length, first, last, grouped: false }
    const written = { token: this.lastToken, stubs, records: this.writer.write(records, oldest) }
    this.waiting.set(written.token, written)
    return written
  }

  /** The real records in place of written stubs. */
  inPlaceOf(bytes: Buffer): Buffer {
    const found = this.waiting.get(bytes.readDoubleBE(TOKEN_AT))
    if (found?.records === undefined) throw new Error('these records were never written')
    // Counted otherwise, they would be stored under the sequence number of one.
    if (!found.stubs.grouped) throw new Error('this version of kafkajs counts messages in another way')
    return found.records
  }

  forget(written: readonly Written[]): void {
    for (const each of written) {
      this.waiting.delete(each.token)
      // A map leaves old tables behind, which keep what was in them until all of the heap is swept.
      each.records = undefined
    }
  }
}
