import {
  type Clock,
  type Partition,
  type PartitionOffset,
  type StartPosition,
  sleep,
  type TransportSubscription,
} from '@gulo/core'
import type { KafkaClient, KafkaConsumer } from '../client/client.js'
import { coreFault } from '../faults.js'
import { askAdmin } from './ask-admin.js'
import type { Share } from './share.js'
import { firstPositions, missingOffsets } from './start-positions.js'

export interface BeginningOptions {
  readonly client: Pick<KafkaClient, 'createAdmin'>
  readonly clock: Clock
  readonly group: string
  /** Whether partitions without a position are read from their first message unless the subscription says otherwise. */
  readonly fromBeginning: boolean
  /** Topics that have come since the subscription began. */
  readonly late: ReadonlySet<string>
}

/** The partitions that a member has been given, and whether it speaks for the group. */
export interface Given {
  readonly assignment: Readonly<Record<string, readonly number[]>>
  readonly leads: boolean
}

/** The member that begins. */
export interface Beginner {
  readonly consumer: Pick<KafkaConsumer, 'commit'>
  readonly share: Pick<Share, 'awaitStart' | 'startFrom'>
}

const PAUSE_MS = 100
// The one that speaks for the group may be a client that fixes nothing.
const PATIENCE = 50

/**
 * Fixes where a group begins before any of its members fetches: one member stores a position for every partition that
 * has none, the others wait for it. So "latest" is the same for all of them, however many start at once, and nothing
 * that is published after it gets lost, whoever is given the partition later.
 */
export class Beginning {
  private readonly subscription: TransportSubscription
  private readonly options: BeginningOptions
  // the later ones for partitions of which the earlier say nothing
  private readonly startAt: readonly StartPosition[]
  private over = new AbortController()

  constructor(subscription: TransportSubscription, options: BeginningOptions) {
    const { startAt, broadcast } = subscription
    const otherwise = options.fromBeginning && broadcast !== true ? 'earliest' : 'latest'
    this.subscription = subscription
    this.options = options
    this.startAt = startAt === undefined ? [otherwise] : [startAt, otherwise]
  }

  cancel(): void {
    this.over.abort()
  }

  /** Refuses offsets that the topics do not have. @throws GULO_SUBSCRIPTION_INVALID */
  async check(topics: readonly string[]): Promise<void> {
    const { group, startAt } = this.subscription
    if (typeof startAt !== 'object' || !('offsets' in startAt)) return
    const wrong = await askAdmin(this.options.client, (admin) => missingOffsets(admin, topics, startAt))
    if (wrong.length > 0) throw coreFault('GULO_SUBSCRIPTION_INVALID', { group, wrong: wrong.join('; ') })
  }

  /** Resolves, with whether nothing came in between, once every partition of the member has where to start. */
  async fix(topics: readonly string[], member: Beginner, given: Given): Promise<boolean> {
    this.over.abort()
    this.over = new AbortController()
    // which is where a consumer begins by itself
    const byItself = this.startAt[0] === 'earliest'
    if (byItself && this.subscription.assigned === undefined) return true
    member.share.awaitStart()
    const { signal } = this.over
    const found = this.found(byItself ? [] : topics, member, given, signal)
    const positions = await found.catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    if (positions === undefined || signal.aborted) return false
    member.share.startFrom(positions)
    return true
  }

  /** Where the broker says to start, and after that, where the subscriber knows better. */
  private async found(
    topics: readonly string[],
    member: Beginner,
    given: Given,
    over: AbortSignal,
  ): Promise<readonly PartitionOffset[] | undefined> {
    const said = topics.length === 0 ? [] : await this.positions(topics, member, given, over)
    if (said === undefined || over.aborted) return undefined
    const known = (await this.subscription.assigned?.(placesOf(given))) ?? []
    return [...said, ...known]
  }

  private positions(
    topics: readonly string[],
    { consumer }: Beginner,
    { assignment, leads }: Given,
    over: AbortSignal,
  ): Promise<readonly PartitionOffset[] | undefined> {
    const { client, clock, group, late } = this.options
    return askAdmin(client, async (admin) => {
      for (let tries = 1; !over.aborted; tries++) {
        const found = await admin.fetchPositions(group, topics)
        const speaks = leads || tries > PATIENCE
        const own = found.filter(({ topic, partition }) => assignment[topic]?.includes(partition))
        if ((speaks ? found : own).every(({ offset }) => offset !== undefined)) return own as readonly PartitionOffset[]
        // What is stored shows at the next look: a commit may be lost without a word while the group is shared anew.
        if (speaks && !over.aborted) {
          await consumer.commit(await firstPositions(admin, found, this.startAt, late))
        }
        if (!speaks || tries > 1) await sleep(clock, PAUSE_MS, over)
      }
      return undefined
    })
  }
}

function placesOf({ assignment }: Given): readonly Partition[] {
  return Object.entries(assignment).flatMap(([topic, all]) => all.map((partition) => ({ topic, partition })))
}
