import type { MemoryFaults } from './memory-faults.js'
import { type MemoryCursor, MemoryFeed, type MemoryMember } from './memory-feed.js'
import type { MemoryPartition, MemoryTopic } from './memory-topic.js'

/** What a member reads, and from where on. */
export interface MemoryReads {
  /** The topics there are. */
  readonly topics: readonly MemoryTopic[]
  /** Whether it reads a topic of this name, once there is one. */
  wants(topic: string): boolean
  /** The offset to start at where the group has none. */
  startOf(partition: MemoryPartition): number
}

interface Assignment {
  readonly member: MemoryMember
  readonly feed: MemoryFeed
}

/** A consumer group: the offsets it has acknowledged, and which member has which partition. */
export class MemoryGroup {
  private readonly cursors = new Map<MemoryPartition, MemoryCursor>()
  private readonly assignments = new Map<MemoryPartition, Assignment>()
  private readonly members = new Map<MemoryMember, MemoryReads>()
  private readonly leaving = new Set<MemoryMember>()

  constructor(private readonly faults: MemoryFaults) {}

  /** How many members it has. */
  get size(): number {
    return this.members.size
  }

  /** Adds a member and shares the partitions anew; those new to the group start where the member says. */
  join(member: MemoryMember, reads: MemoryReads): void {
    this.members.set(member, reads)
    for (const topic of reads.topics) this.open(topic, reads.startOf)
    this.assign()
  }

  /** Takes in a topic that was made just now, if a member wants it. */
  appeared(topic: MemoryTopic): void {
    if (![...this.members.values()].some((reads) => reads.wants(topic.name))) return
    this.open(topic, () => 0)
    this.assign()
  }

  /** The topics that a member reads at present. */
  topicsOf(member: MemoryMember): readonly string[] {
    const topics = new Set([...this.cursors.keys()].map((partition) => partition.topic))
    return [...topics].filter((topic) => this.members.get(member)?.wants(topic))
  }

  /** Has a member look again for what it may hand out. */
  wake(member: MemoryMember): void {
    for (const feed of this.feedsOf(member)) feed.wake()
  }

  /** The offset it handles next; `undefined` where it has never been. */
  position(partition: MemoryPartition): number | undefined {
    return this.cursors.get(partition)?.committed
  }

  /** Gives it another position; only while it has no members. */
  move(partition: MemoryPartition, committed: number): void {
    this.cursors.set(partition, { committed, deliveries: new Map() })
  }

  /** Hands nothing more to a member, which keeps its partitions; resolves once nothing is in flight there. */
  async drain(member: MemoryMember): Promise<void> {
    this.leaving.add(member)
    await Promise.all(this.feedsOf(member).map((feed) => feed.close()))
  }

  /** Takes a member out: the others get its partitions, from the first message that is not acknowledged. */
  leave(member: MemoryMember): void {
    this.leaving.delete(member)
    if (this.members.delete(member)) this.assign()
  }

  /** Takes every partition away and gives it out again, as after a lost session: what was in flight is delivered again. */
  reassign(): void {
    for (const { feed } of this.assignments.values()) feed.revoke()
    this.assignments.clear()
    this.assign()
  }

  private open(topic: MemoryTopic, startOf: MemoryReads['startOf']): void {
    for (const partition of topic.partitions) {
      if (!this.cursors.has(partition)) this.move(partition, startOf(partition))
    }
  }

  private feedsOf(member: MemoryMember): MemoryFeed[] {
    return [...this.assignments.values()].filter((each) => each.member === member).map((each) => each.feed)
  }

  private assign(): void {
    for (const [partition, cursor] of this.cursors) {
      const current = this.assignments.get(partition)
      if (current !== undefined && this.leaving.has(current.member)) continue
      const owner = this.ownerOf(partition)
      if (current?.member === owner) continue
      current?.feed.revoke()
      this.assignments.delete(partition)
      if (owner === undefined) continue
      const feed = new MemoryFeed(partition, cursor, owner, this.faults)
      this.assignments.set(partition, { member: owner, feed })
    }
  }

  private ownerOf(partition: MemoryPartition): MemoryMember | undefined {
    const able = [...this.members].filter(
      ([member, reads]) => !this.leaving.has(member) && reads.wants(partition.topic),
    )
    return able[partition.number % able.length]?.[0]
  }
}
