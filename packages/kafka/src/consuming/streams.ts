import type { FetchedBatch } from '../client/client.js'
import type { Leftovers } from './leftovers.js'
import type { PartitionStream } from './partition-stream.js'

/** A partition of a topic. */
export interface Place {
  readonly topic: string
  readonly partition: number
}

/** The streams of one member, one for each partition that brought something. */
export class Streams {
  private readonly byName = new Map<string, PartitionStream>()
  private readonly leftovers: Leftovers
  private readonly make: (place: Place, before: Promise<void> | undefined) => PartitionStream

  constructor(leftovers: Leftovers, make: (place: Place, before: Promise<void> | undefined) => PartitionStream) {
    this.leftovers = leftovers
    this.make = make
  }

  get all(): readonly PartitionStream[] {
    return [...this.byName.values()]
  }

  /** The stream that a batch belongs to; a new one when it cannot be a part of the old one. */
  of(batch: FetchedBatch): PartitionStream {
    const name = nameOf(batch)
    const found = this.byName.get(name)
    if (found !== undefined && !found.contradicts(batch)) return found
    if (found !== undefined) this.abandon(found)
    const stream = this.make(batch, this.leftovers.of(name))
    this.byName.set(name, stream)
    return stream
  }

  hold(): void {
    for (const stream of this.byName.values()) stream.hold()
  }

  release(): void {
    for (const stream of this.byName.values()) stream.release()
  }

  /** Ends a stream; whoever gets its partition next waits for what it leaves in flight. */
  abandon(stream: PartitionStream): void {
    const name = nameOf(stream)
    this.leftovers.set(name, stream.close())
    this.byName.delete(name)
  }

  abandonAll(): void {
    for (const stream of this.all) this.abandon(stream)
  }

  /** Whether everything that was handled is committed now. Never rejects. */
  async commit(): Promise<boolean> {
    await Promise.all(this.all.map((stream) => stream.commit()))
    return this.all.every((stream) => stream.isCommitted)
  }

  async drained(): Promise<void> {
    await Promise.all(this.all.map((stream) => stream.drained()))
  }
}

function nameOf({ topic, partition }: Place): string {
  return `${topic}\n${partition}`
}
