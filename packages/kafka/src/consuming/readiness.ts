import type { ConsumerEvent } from '../client/client.js'

/** Decides from the events of a consumer when messages published from now on are sure to reach it. */
export class Readiness {
  private readonly fromBeginning: boolean
  private readonly leaderOf: (topic: string, partition: number) => number | undefined
  private awaited: Set<number> | undefined

  constructor(fromBeginning: boolean, leaderOf: (topic: string, partition: number) => number | undefined) {
    this.fromBeginning = fromBeginning
    this.leaderOf = leaderOf
  }

  /** Whether the consumer is ready with this event. */
  isReadyAt(event: ConsumerEvent): boolean {
    if (event.kind === 'joined') {
      this.awaited = this.fromBeginning ? new Set() : this.leadersOf(event.assignment)
      return this.awaited.size === 0
    }
    // "Latest" is where the first fetch finds it: what is published before that fetch would be missed.
    if (event.kind !== 'fetched' || this.awaited === undefined) return false
    this.awaited.delete(event.node)
    return this.awaited.size === 0
  }

  private leadersOf(assignment: Readonly<Record<string, readonly number[]>>): Set<number> {
    const leaders = new Set<number>()
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const leader = this.leaderOf(topic, partition)
        if (leader !== undefined) leaders.add(leader)
      }
    }
    return leaders
  }
}
