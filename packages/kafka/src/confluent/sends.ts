import type { KafkaFailure, KafkaRecord, PartitionBatch } from '../client/client.js'
import type { DriverError, DriverProducer } from './driver.js'
import { toFailure } from './failures.js'

/** What the records of one client are known to be: stored ones are never sent again, whoever asks. */
export type Stored = WeakSet<KafkaRecord>

/** One sending of one batch: settles when the fate of every record that was handed over is known. */
export class Send {
  readonly done: Promise<void>
  failure: KafkaFailure | undefined
  private readonly stored: Stored
  private outstanding = 1
  private resolve!: () => void

  constructor(stored: Stored) {
    this.stored = stored
    this.done = new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  /** Hands over what is not stored yet, up to the first record that is refused: the order must not have gaps. */
  start(producer: DriverProducer, batch: PartitionBatch): void {
    for (const record of batch.records) {
      if (this.stored.has(record)) continue
      this.outstanding += 1
      try {
        produce(producer, batch, record, new Sending(this, record))
      } catch (error) {
        this.report(record, error as DriverError)
        break
      }
    }
    this.countOff()
  }

  /** Takes the report on one record. */
  report(record: KafkaRecord, error: DriverError | null | undefined): void {
    if (error) this.failure ??= toFailure(error)
    else this.stored.add(record)
    this.countOff()
  }

  /** Ends the waiting: no report will come any more. */
  abandon(failure: KafkaFailure): void {
    this.failure ??= failure
    this.resolve()
  }

  private countOff(): void {
    this.outstanding -= 1
    if (this.outstanding === 0) this.resolve()
  }
}

/** One record on its way through librdkafka, which hands it back with the report. */
export class Sending {
  private readonly send: Send
  private readonly record: KafkaRecord

  constructor(send: Send, record: KafkaRecord) {
    this.send = send
    this.record = record
  }

  report(error: DriverError | null | undefined): void {
    this.send.report(this.record, error)
  }
}

// The binding takes a buffer without memory for none at all: a tombstone, or a header without a value.
const EMPTY = Buffer.alloc(1).subarray(0, 0)

function produce(producer: DriverProducer, batch: PartitionBatch, record: KafkaRecord, sending: Sending): void {
  const { topic, partition } = batch
  const { key, value, headers, timestamp } = record
  const bytes = value === null ? null : toBuffer(value)
  producer.produce(topic, partition, bytes, key ?? null, timestamp, sending, toHeaders(headers))
}

function toHeaders(headers: KafkaRecord['headers']): Record<string, Buffer | string>[] {
  return Object.entries(headers).map(([name, value]) => ({
    [name]: typeof value === 'string' ? value : toBuffer(value),
  }))
}

function toBuffer(bytes: Uint8Array): Buffer {
  return bytes.byteLength === 0 ? EMPTY : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
