import type { FetchedBatch, FetchedRecord } from '../client/client.js'
import type { DriverMessage, TopicPartition } from './driver.js'
import { Lane, type LaneOptions } from './lane.js'

export interface LanesOptions {
  /** How many partitions are handled at the same time. */
  readonly concurrency: number
  /** Most records of one batch. */
  readonly batchSize: number
  readonly onBatch: (batch: FetchedBatch) => Promise<void>
  readonly commit: LaneOptions['commit']
  /** Stops fetching a partition, or goes on with it. */
  readonly rest: (lane: Lane, resting: boolean) => void
}

/** The partitions of one member: hands out what was fetched, one batch of each at a time. */
export class Lanes {
  private readonly options: LanesOptions
  private readonly lanes = new Map<string, Lane>()
  private busy = 0
  private closed = false

  constructor(options: LanesOptions) {
    this.options = options
  }

  get running(): Promise<void>[] {
    return [...this.lanes.values()].flatMap(({ running }) => (running === undefined ? [] : [running]))
  }

  get(topic: string, partition: number): Lane | undefined {
    return this.lanes.get(nameOf(topic, partition))
  }

  open({ topic, partition }: TopicPartition): void {
    this.lanes.set(nameOf(topic, partition), new Lane({ topic, partition, commit: this.options.commit }))
  }

  /** Gives partitions up: resolves when their batches have ended. */
  async leave(partitions: readonly TopicPartition[], how: 'leaving' | 'lost'): Promise<void> {
    const leaving = partitions.flatMap(({ topic, partition }) => this.get(topic, partition) ?? [])
    for (const lane of leaving) lane.leave(how)
    await Promise.all(leaving.flatMap(({ running }) => running ?? []))
    for (const { topic, partition } of leaving) this.lanes.delete(nameOf(topic, partition))
  }

  /** What is held now, by topic. */
  assignment(): Record<string, number[]> {
    const topics = new Map<string, number[]>()
    for (const { topic, partition } of this.lanes.values()) {
      topics.set(topic, [...(topics.get(topic) ?? []), partition])
    }
    return Object.fromEntries(topics)
  }

  /** Takes in what was fetched, and starts what can be started. */
  add(messages: readonly DriverMessage[]): void {
    const groups = new Map<Lane, FetchedRecord[]>()
    for (const message of messages) {
      const lane = this.get(message.topic, message.partition)
      if (lane === undefined) continue
      const group = groups.get(lane)
      if (group === undefined) groups.set(lane, [toFetched(message)])
      else group.push(toFetched(message))
    }
    for (const [lane, records] of groups) lane.add(records)
    this.pump()
  }

  pump(): void {
    if (this.closed) return
    for (const [name, lane] of this.lanes) {
      this.balance(lane)
      if (this.busy >= this.options.concurrency || !lane.isReady) continue
      // behind the others, so that every partition gets its turn
      this.lanes.delete(name)
      this.lanes.set(name, lane)
      lane.running = this.run(lane)
    }
  }

  /** Starts nothing any more. */
  close(): void {
    this.closed = true
  }

  private async run(lane: Lane): Promise<void> {
    this.busy += 1
    await this.options.onBatch(lane.take(this.options.batchSize))
    this.busy -= 1
    // A batch that resolved nothing would come again at once and for ever: it waits for the next fetch.
    if (lane.settle()) this.pump()
  }

  private balance(lane: Lane): void {
    const resting = lane.held || (lane.resting ? !lane.isNearlyEmpty : lane.isFull)
    if (resting === lane.resting) return
    lane.resting = resting
    this.options.rest(lane, resting)
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}\n${partition}`
}

function toFetched({ offset, key, value, headers, timestamp }: DriverMessage): FetchedRecord {
  return {
    offset: String(offset),
    key: typeof key === 'string' ? Buffer.from(key) : (key ?? null),
    value,
    headers: toHeaders(headers),
    timestamp: timestamp ?? Number.NaN,
  }
}

/** Of a repeated header the last counts. */
function toHeaders(headers: DriverMessage['headers'] = []): Record<string, Uint8Array | string> {
  return Object.fromEntries(headers.flatMap((header) => Object.entries(header)))
}
