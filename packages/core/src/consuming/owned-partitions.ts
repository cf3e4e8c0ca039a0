import { fault } from '../faults.js'
import type { Clock } from '../runtime/clock.js'
import type { PartitionOffset, ReceivedMessage } from '../transport/transport.js'
import type { OwnedPartition, PositionStore } from './positions.js'

/** A partition that this consumer has, and how far it has come. */
interface Held {
  readonly owned: OwnedPartition
  next: string | undefined
  /** Whether a transaction has ended in a way that does not say what is stored. */
  uncertain: boolean
  /** Since when another has it, by the monotonic clock. */
  lostAtMs: number | undefined
}

// A group has given up every member that it does not hear of in this time: whoever is still given messages has the partition.
const RECLAIM_MS = 60_000

type Place = Pick<PartitionOffset, 'topic' | 'partition'>

/** The partitions that a consumer has been given; their positions are stored with what its handlers do. */
export class OwnedPartitions {
  private held = new Map<string, Held>()

  constructor(
    private readonly group: string,
    private readonly store: PositionStore,
    private readonly clock: Clock,
  ) {}

  /** Takes over what has been given anew, and lets go what is not there any more; answers where to start, where that is stored. */
  async assign(places: readonly Place[]): Promise<readonly PartitionOffset[]> {
    const before = this.held
    const now = new Map<string, Held>()
    for (const place of places) {
      const kept = before.get(nameOf(place))
      now.set(nameOf(place), (kept && (await this.stillHeld(kept))) ?? (await this.acquire(place)))
    }
    this.held = now
    return places.flatMap(({ topic, partition }) => {
      const offset = now.get(nameOf({ topic, partition }))?.next
      return offset === undefined ? [] : [{ topic, partition, offset }]
    })
  }

  /** Whether the message was handled before. @throws GULO_POSITION_LOST when its partition is another's */
  async isDone(message: ReceivedMessage): Promise<boolean> {
    const held = this.heldFor(message)
    if (held.uncertain) await this.lookUp(held)
    return held.next !== undefined && BigInt(message.offset as string) < BigInt(held.next)
  }

  private async lookUp(held: Held): Promise<void> {
    try {
      held.next = await this.store.next(held.owned)
      held.uncertain = false
    } catch (error) {
      if (!isLost(error)) throw error
      held.lostAtMs ??= this.clock.monotonic()
      if (this.clock.monotonic() - held.lostAtMs < RECLAIM_MS) throw error
      Object.assign(held, await this.acquire(held.owned))
    }
  }

  /** Stores, inside `transaction`, that everything up to these messages is handled. @throws GULO_POSITION_LOST */
  async advance(messages: readonly ReceivedMessage[], transaction: unknown): Promise<void> {
    for (const message of lastOfEach(messages)) {
      const { owned, next } = this.heldFor(message)
      await this.store.advance(owned, next, after(message), transaction)
    }
  }

  /** The transaction that has stored these as handled has committed. */
  committed(messages: readonly ReceivedMessage[]): void {
    for (const message of lastOfEach(messages)) this.moved(message, after(message), false)
  }

  /** A transaction of these has failed: what is stored has to be looked up. */
  failed(messages: readonly ReceivedMessage[]): void {
    for (const message of lastOfEach(messages)) this.moved(message, undefined, true)
  }

  /** Handles one message in a transaction that `run` opens; `duplicate` when it was handled before. */
  async keep<T>(
    message: ReceivedMessage,
    run: (advance: (transaction: unknown) => Promise<void>) => Promise<T>,
  ): Promise<T | 'duplicate'> {
    if (await this.isDone(message)) return 'duplicate'
    try {
      const value = await run((transaction) => this.advance([message], transaction))
      this.committed([message])
      return value
    } catch (error) {
      this.failed([message])
      throw error
    }
  }

  private moved(message: ReceivedMessage, next: string | undefined, uncertain: boolean): void {
    const held = this.held.get(nameOf(message as Place))
    if (held === undefined) return
    held.next = next ?? held.next
    held.uncertain = uncertain
  }

  private async stillHeld(held: Held): Promise<Held | undefined> {
    try {
      await this.store.next(held.owned)
      return held
    } catch (error) {
      if (!isLost(error)) throw error
      return undefined
    }
  }

  private async acquire({ topic, partition }: Place): Promise<Held> {
    const owned = await this.store.acquire({ group: this.group, topic, partition })
    return { owned, next: await this.store.next(owned), uncertain: false, lostAtMs: undefined }
  }

  private heldFor({ topic, partition, offset }: ReceivedMessage): Held {
    const held =
      partition === undefined || offset === undefined ? undefined : this.held.get(nameOf({ topic, partition }))
    if (held === undefined) throw fault('GULO_POSITION_LOST', { group: this.group, topic, partition })
    return held
  }
}

function isLost(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'GULO_POSITION_LOST'
}

/** What a partition is called among others. */
export function nameOf({ topic, partition }: Place): string {
  return `${topic}\n${partition}`
}

// In one order for everybody, so that two transactions never wait for one another's rows crosswise.
function lastOfEach(messages: readonly ReceivedMessage[]): readonly ReceivedMessage[] {
  const last = new Map(messages.map((message) => [nameOf(message as Place), message]))
  return [...last].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, message]) => message)
}

function after({ offset }: ReceivedMessage): string {
  return String(BigInt(offset as string) + 1n)
}
