import type { ReceivedMessage, WireMessage } from './transport.js'

/** One append-only log; its messages are never changed. */
export class MemoryPartition {
  private readonly log: ReceivedMessage[] = []
  private readonly watchers = new Set<() => void>()

  constructor(
    readonly topic: string,
    readonly number: number,
  ) {}

  /** The offset the next message will get. */
  get end(): number {
    return this.log.length
  }

  /** The message at `offset`, with bytes of its own, so that no receiver can change them for another. */
  read(offset: number, redeliveries: number): ReceivedMessage {
    const stored = this.log[offset] as ReceivedMessage
    return { ...stored, body: copy(stored.body), redeliveries }
  }

  /** The key of the message at `offset`. */
  keyAt(offset: number): string | undefined {
    return this.log[offset]?.key
  }

  /** The offset of the first message of this time on, in milliseconds since 1970; the end where there is none. */
  since(timestamp: number): number {
    const offset = this.log.findIndex((message) => (message.timestamp ?? 0) >= timestamp)
    return offset < 0 ? this.end : offset
  }

  append({ key, body, headers }: WireMessage, timestamp: number): void {
    this.log.push({
      key,
      body: copy(body),
      headers: Object.freeze({ ...headers }),
      topic: this.topic,
      partition: this.number,
      offset: String(this.log.length),
      queue: undefined,
      timestamp,
      redeliveries: 0,
    })
    for (const watcher of this.watchers) watcher()
  }

  /** Calls `watcher` after every message; the answer unregisters it. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }
}

/** A topic: its partitions, and which of them a message belongs to. */
export class MemoryTopic {
  readonly partitions: readonly MemoryPartition[]
  private turn = 0

  constructor(
    readonly name: string,
    partitions: number,
  ) {
    this.partitions = Array.from({ length: partitions }, (_, number) => new MemoryPartition(name, number))
  }

  /** The named partition, else the one of the key, else the next in turn; `undefined` when the named one is not there. */
  choose(key: string | undefined, partition: number | undefined): MemoryPartition | undefined {
    if (partition !== undefined) return this.partitions[partition]
    const index = key === undefined ? this.turn++ : hash(key)
    return this.partitions[index % this.partitions.length]
  }
}

/** FNV-1a over the UTF-16 units: the same key always gives the same partition. */
function hash(key: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < key.length; index++) value = Math.imul(value ^ key.charCodeAt(index), 0x01000193)
  return value >>> 0
}

function copy(body: Uint8Array | null): Uint8Array | null {
  return body === null ? null : Uint8Array.from(body)
}
