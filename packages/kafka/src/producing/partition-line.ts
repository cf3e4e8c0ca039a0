import type { KafkaFailure, PartitionBatch } from '../client/client.js'
import type { Item } from './publication.js'

/** A batch that has been formed and is sent, unchanged, until the broker has said what became of it. */
export class Batch implements PartitionBatch {
  readonly line: PartitionLine
  readonly items: readonly Item[]
  readonly records: PartitionBatch['records']
  /** What went wrong in earlier attempts. */
  readonly earlier: KafkaFailure[] = []

  constructor(line: PartitionLine, items: readonly Item[]) {
    this.line = line
    this.items = items
    this.records = items.map(({ record }) => record)
  }

  get topic(): string {
    return this.line.topic
  }

  get partition(): number {
    return this.line.partition
  }
}

/** What waits for one partition, in order, and the one batch of it that is under way. */
export class PartitionLine {
  readonly topic: string
  readonly partition: number
  current: Batch | undefined
  private parts: (readonly Item[])[] = []
  private waiting: Item[] = []
  private head = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  add(item: Item): void {
    this.waiting.push(item)
  }

  get hasWork(): boolean {
    return this.parts.length > 0 || this.head < this.waiting.length
  }

  /** Forms the next batch of at most `room` records, unless one is under way or nothing is left to send. */
  take(room: number, maxBytes: number): Batch | undefined {
    if (this.current !== undefined) return undefined
    const items = this.takePart(room) ?? this.takeWaiting(room, maxBytes)
    if (items.length === 0) return undefined
    this.current = new Batch(this, items)
    return this.current
  }

  /** Puts the batch that is under way back to the front, as `parts`; only when the broker cannot still store it. */
  putBack(parts: readonly (readonly Item[])[]): void {
    this.parts.unshift(...parts)
    this.current = undefined
  }

  /** Lets go of what has been given up: the deadlines of all are as long, so that is at the front. */
  sweep(): void {
    while (this.parts.length > 0 && (this.parts[0] as readonly Item[]).every(({ settled }) => settled))
      this.parts.shift()
    while (this.waiting[this.head]?.settled) this.head += 1
    this.compact()
  }

  private takePart(room: number): readonly Item[] | undefined {
    while (this.parts.length > 0) {
      const part = (this.parts[0] as readonly Item[]).filter(({ settled }) => !settled)
      if (part.length > room) return []
      this.parts.shift()
      if (part.length > 0) return part
    }
    return undefined
  }

  private takeWaiting(room: number, maxBytes: number): readonly Item[] {
    const items: Item[] = []
    let bytes = 0
    while (this.head < this.waiting.length && items.length < room) {
      const item = this.waiting[this.head] as Item
      if (!item.settled) {
        bytes += item.bytes
        if (items.length > 0 && bytes > maxBytes) break
        items.push(item)
      }
      this.head += 1
    }
    this.compact()
    return items
  }

  private compact(): void {
    if (this.head < 1024 && this.head < this.waiting.length) return
    this.waiting = this.waiting.slice(this.head)
    this.head = 0
  }
}
