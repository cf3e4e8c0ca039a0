import { type FetchedBatch, type FetchedRecord, KafkaFailure } from '../client/client.js'

export interface LaneOptions {
  readonly topic: string
  readonly partition: number
  commit(lane: Lane, nextOffset: string): Promise<void>
}

// Beyond this much in one partition, fetching rests until most of it is handled.
const MOST_RECORDS = 1000
const MOST_BYTES = 8_000_000
const REBALANCE_IN_PROGRESS = 27
const UNKNOWN_MEMBER_ID = 25

/** The records of one partition that have been fetched and not yet handled, and the batch of them under way. */
export class Lane {
  readonly topic: string
  readonly partition: number
  /** Set while the batch under way is being handled. */
  running: Promise<void> | undefined
  /** Whether the owner has asked for a pause. */
  held = false
  /** Whether the client is on its way to another position, so that what comes is not from there. */
  seeking = false
  /** Whether fetching rests. */
  resting = false
  private readonly options: LaneOptions
  // before `running` is set: who handles the batch may call back at once
  private taken = false
  private membership: 'ours' | 'leaving' | 'lost' = 'ours'
  private records: readonly FetchedRecord[] = []
  private bytes = 0
  /** The next offset to take in; what is below it was taken in before. `undefined` takes whatever comes. */
  private next: bigint | undefined
  private resolved: bigint | undefined
  /** Grows with every seek, so that a batch knows whether it still stands for the partition. */
  private turn = 0

  constructor(options: LaneOptions) {
    this.options = options
    this.topic = options.topic
    this.partition = options.partition
  }

  get isReady(): boolean {
    return this.records.length > 0 && !this.taken && !this.held && this.membership === 'ours'
  }

  get isFull(): boolean {
    return this.records.length >= MOST_RECORDS || this.bytes >= MOST_BYTES
  }

  get isNearlyEmpty(): boolean {
    return this.records.length <= MOST_RECORDS / 4 && this.bytes <= MOST_BYTES / 4
  }

  /** Takes in what was fetched; a pause may make the client fetch some of it again. */
  add(fetched: readonly FetchedRecord[]): void {
    if (this.membership !== 'ours' || this.seeking) return
    const { next } = this
    const fresh = next === undefined ? fetched : fetched.filter(({ offset }) => BigInt(offset) >= next)
    const last = fresh.at(-1)
    if (last === undefined) return
    this.next = BigInt(last.offset) + 1n
    this.keep([...this.records, ...fresh])
  }

  /** The next batch; what it does not resolve stays here. */
  take(size: number): FetchedBatch {
    const { topic, partition, turn } = this
    this.taken = true
    this.resolved = undefined
    return {
      topic,
      partition,
      records: this.records.slice(0, size),
      heartbeat: async () => this.assertMember(),
      resolve: (offset) => {
        if (turn === this.turn) this.resolved = BigInt(offset)
      },
      commit: async (nextOffset) => {
        if (this.membership === 'lost') this.assertMember()
        await this.options.commit(this, nextOffset)
      },
      isActive: () => turn === this.turn && this.membership === 'ours',
    }
  }

  /** Lets go of what the last batch resolved; answers whether there was any. */
  settle(): boolean {
    const { resolved } = this
    this.running = undefined
    this.taken = false
    this.resolved = undefined
    if (resolved === undefined) return false
    this.keep(this.records.filter(({ offset }) => BigInt(offset) > resolved))
    return true
  }

  /** Goes to `offset`. Answers whether what is needed from there on is here already. */
  seek(offset: string): boolean {
    const target = BigInt(offset)
    const [first] = this.records
    this.turn += 1
    this.resolved = undefined
    const known =
      first !== undefined && BigInt(first.offset) <= target && this.next !== undefined && target <= this.next
    if (known) this.keep(this.records.filter((record) => BigInt(record.offset) >= target))
    else {
      this.empty()
      // What was fetched on the way there is not wanted.
      this.next = target
    }
    return known
  }

  /** Drops everything and takes whatever comes next. */
  empty(): void {
    this.keep([])
    this.next = undefined
  }

  /** Takes no more: the batch under way ends early and may still commit, unless the partition is `lost`. */
  leave(how: 'leaving' | 'lost'): void {
    if (this.membership !== 'lost') this.membership = how
    this.empty()
  }

  private assertMember(): void {
    if (this.membership === 'leaving') throw new KafkaFailure('the group is rebalancing', REBALANCE_IN_PROGRESS)
    if (this.membership === 'lost') throw new KafkaFailure('the partition was lost', UNKNOWN_MEMBER_ID)
  }

  private keep(records: readonly FetchedRecord[]): void {
    this.records = records
    this.bytes = records.reduce((sum, { value, key }) => sum + (value?.byteLength ?? 0) + (key?.byteLength ?? 0), 0)
  }
}
