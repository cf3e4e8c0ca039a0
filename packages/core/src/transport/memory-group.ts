import type { MemoryFaults } from './memory-faults.js'
import { type MemoryCursor, MemoryFeed, type MemoryMember } from './memory-feed.js'
import type { MemoryPartition, MemoryTopic } from './memory-topic.js'

interface Assignment {
  readonly member: MemoryMember
  readonly feed: MemoryFeed
}

/** A consumer group: the offsets it has acknowledged, and which member has which partition. */
export class MemoryGroup {
  private readonly cursors = new Map<MemoryPartition, MemoryCursor>()
  private readonly assignments = new Map<MemoryPartition, Assignment>()
  private readonly members = new Map<MemoryMember, readonly MemoryTopic[]>()
  private readonly leaving = new Set<MemoryMember>()

  constructor(private readonly faults: MemoryFaults) {}

  /** Adds a member and shares the partitions anew; topics new to the group start at their beginning or at their end. */
  join(member: MemoryMember, topics: readonly MemoryTopic[], startFrom: 'earliest' | 'latest'): void {
    for (const topic of topics) {
      for (const partition of topic.partitions) {
        if (this.cursors.has(partition)) continue
        this.cursors.set(partition, { committed: startFrom === 'earliest' ? 0 : partition.end, deliveries: new Map() })
      }
    }
    this.members.set(member, topics)
    this.assign()
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
      ([member, topics]) => !this.leaving.has(member) && topics.some((topic) => topic.name === partition.topic),
    )
    return able[partition.number % able.length]?.[0]
  }
}
