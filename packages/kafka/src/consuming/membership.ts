import { KafkaFailure } from '../client/client.js'
import { membershipOf } from '../client/verdict.js'
import { reasonOf } from '../faults.js'

/** What a member knows of its place in the group: whether its partitions are its own, and in which generation. */
export class Membership {
  generation = 0
  // rebalancing: said by a broker; joining: the client is at it, and no longer speaks for the old generation
  private state: 'ours' | 'rebalancing' | 'joining' | 'lost' = 'ours'
  private id: string | undefined

  /** Whether the group has said which partitions are this member's, and not taken it back. */
  get isSettled(): boolean {
    return this.generation > 0 && this.isOurs
  }

  get isOurs(): boolean {
    return this.state === 'ours'
  }

  get isRebalancing(): boolean {
    return this.state === 'rebalancing'
  }

  get isLost(): boolean {
    return this.state === 'lost'
  }

  get mayCommit(): boolean {
    return this.state !== 'lost' && this.state !== 'joining'
  }

  /** Partitions are in doubt until the group has been shared anew; answers whether that is news. */
  doubt(state: 'rebalancing' | 'joining'): boolean {
    const isNews = this.state !== state
    this.state = state
    return isNews
  }

  /** A new generation; answers whether the member stays the one it was, and keeps what it had. */
  joined(id: string | undefined): boolean {
    // Another id: the group had given this member up, and others may have had its partitions.
    const stays = this.state !== 'lost' && id !== undefined && id === this.id
    this.id = id
    this.generation += 1
    this.state = 'ours'
    return stays
  }

  /** Settles like `request`; what its failure says about the membership counts if it is still the one that asked. */
  async heeding(request: () => Promise<void>, heed: (said: 'rebalancing' | 'lost') => void): Promise<void> {
    const { generation } = this
    try {
      await request()
    } catch (error) {
      const said = generation === this.generation && this.mayCommit ? saidBy(error) : undefined
      if (said === 'lost') this.state = 'lost'
      if (said !== undefined) heed(said)
      throw error
    }
  }
}

/** Learns from a failed heartbeat or commit whether the partitions are still ours. */
function saidBy(error: unknown): 'rebalancing' | 'lost' | undefined {
  const failure = error instanceof KafkaFailure ? error : new KafkaFailure(reasonOf(error), undefined, error)
  const said = membershipOf(failure)
  return said === 'rebalancing' || said === 'lost' ? said : undefined
}
