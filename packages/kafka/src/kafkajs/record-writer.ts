import type { KafkaRecord } from '../client/client.js'

const FIRST_BYTES = 16_384
// a name and its length are written again and again; there are few of them
const MOST_NAMES = 512
const LONGEST_SCANNED = 256

/** Writes records in the format of Kafka (magic 2), one after another, into one growing buffer. */
export class RecordWriter {
  private readonly names = new Map<string, Buffer>()
  private buffer = Buffer.allocUnsafe(FIRST_BYTES)
  private at = 0

  /** The records as bytes; `firstTimestamp` is that of the oldest. */
  write(records: readonly KafkaRecord[], firstTimestamp: number): Buffer {
    this.at = 0
    for (let offset = 0; offset < records.length; offset++) {
      const record = records[offset] as KafkaRecord
      this.reserve(mostBytesOf(record))
      this.record(record, record.timestamp - firstTimestamp, offset)
    }
    return Buffer.from(this.buffer.subarray(0, this.at))
  }

  private record({ key, value, headers }: KafkaRecord, age: number, offset: number): void {
    // The length comes first and is known last: most bodies are shorter than 8192 bytes, whose length takes two.
    const start = this.at
    const body = start + 2
    this.at = body
    this.buffer[this.at++] = 0
    this.number(age)
    this.number(offset)
    if (key === undefined) this.none()
    else this.text(key)
    if (value === null) this.none()
    else this.bytes(value)
    this.number(countOf(headers))
    for (const name in headers) {
      this.name(name)
      const content = headers[name] as string | Uint8Array
      if (typeof content === 'string') this.text(content)
      else this.bytes(content)
    }
    this.length(start, body)
  }

  /** Puts the length of the record in front of it, moving it where it does not take two bytes. */
  private length(start: number, body: number): void {
    const size = this.at - body
    const space = sizeOfNumber(size)
    if (space !== 2) this.buffer.copyWithin(start + space, body, this.at)
    this.at = start
    this.number(size)
    this.at += size
  }

  private name(name: string): void {
    let known = this.names.get(name)
    if (known === undefined) {
      const start = this.at
      this.text(name)
      known = Buffer.from(this.buffer.subarray(start, this.at))
      if (this.names.size < MOST_NAMES) this.names.set(name, known)
      return
    }
    this.buffer.set(known, this.at)
    this.at += known.length
  }

  private text(text: string): void {
    const { length } = text
    if (length <= LONGEST_SCANNED && isAscii(text)) {
      this.number(length)
      const { buffer, at } = this
      for (let index = 0; index < length; index++) buffer[at + index] = text.charCodeAt(index)
      this.at += length
      return
    }
    this.number(Buffer.byteLength(text))
    this.at += this.buffer.write(text, this.at)
  }

  private bytes(bytes: Uint8Array): void {
    this.number(bytes.byteLength)
    this.buffer.set(bytes, this.at)
    this.at += bytes.byteLength
  }

  private none(): void {
    this.buffer[this.at++] = 1 // -1 as a zigzag number
  }

  /** A number of 0 or more as a zigzag varint, which doubles it; by arithmetic, for it may exceed 32 bits. */
  private number(value: number): void {
    let rest = value * 2
    while (rest > 127) {
      this.buffer[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.at++] = rest
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
  }
}

function countOf(headers: KafkaRecord['headers']): number {
  let count = 0
  for (const _ in headers) count += 1
  return count
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false
  return true
}

function sizeOfNumber(value: number): number {
  let size = 1
  for (let rest = value * 2; rest > 127; rest = Math.floor(rest / 128)) size += 1
  return size
}

// a UTF-16 unit takes at most three bytes
const WIDEST = 3
const NUMBERS = 40
const NUMBERS_OF_A_HEADER = 10

function mostBytesOf({ key, value, headers }: KafkaRecord): number {
  let bytes = NUMBERS + (value?.byteLength ?? 0) + (key?.length ?? 0) * WIDEST
  for (const name in headers) {
    const content = headers[name] as string | Uint8Array
    bytes += NUMBERS_OF_A_HEADER + name.length * WIDEST
    bytes += typeof content === 'string' ? content.length * WIDEST : content.byteLength
  }
  return bytes
}
