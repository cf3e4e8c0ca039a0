import type { PartitionOffset } from '@gulo/core'
import { type ConsumerSpec, type FetchedBatch, type KafkaConsumer, KafkaFailure } from '@gulo/kafka'

/** A scripted member of a group: the test makes its events and its batches, and sees what it is told. */
export class FakeConsumer implements KafkaConsumer {
  readonly spec: ConsumerSpec
  readonly calls: string[] = []
  runError: Error | undefined
  destroyed = false
  joinsAtOnce = true
  leads = true
  private readonly handling = new Set<Promise<void>>()
  private running = true

  private readonly positions: Map<string, string>

  constructor(spec: ConsumerSpec, positions: Map<string, string> = new Map()) {
    this.spec = spec
    this.positions = positions
  }

  async commit(positions: readonly PartitionOffset[]): Promise<void> {
    for (const { topic, partition, offset } of positions) this.positions.set(`${topic}/${partition}`, offset)
  }

  async run(): Promise<void> {
    if (this.runError !== undefined) throw this.runError
    if (this.joinsAtOnce) this.join()
  }

  /** Says that the group has been shared: to this member, all of its topics with two partitions each. */
  join(member: string | undefined = 'member-1', partitions: readonly number[] = [0, 1]): void {
    const assignment = Object.fromEntries(this.spec.topics.map((topic) => [topic, partitions]))
    this.spec.onEvent({ kind: 'joined', assignment, member, leads: this.leads })
  }

  /** Says that the client is about to join anew. */
  rebalance(): void {
    this.spec.onEvent({ kind: 'rebalancing' })
  }

  pause(topic: string, partition: number): void {
    this.calls.push(`pause ${topic}/${partition}`)
  }

  resume(topic: string, partition: number): void {
    this.calls.push(`resume ${topic}/${partition}`)
  }

  seek(topic: string, partition: number, offset: string): void {
    this.calls.push(`seek ${topic}/${partition} to ${offset}`)
  }

  async stop(): Promise<void> {
    this.running = false
    await Promise.all(this.handling)
    this.calls.push('stop')
  }

  destroy(): void {
    this.destroyed = true
  }

  crash(code?: number): void {
    this.spec.onEvent({ kind: 'crashed', error: new KafkaFailure('crashed on purpose', code) })
  }

  /** Hands a batch of `count` records over, from `first` on; `told` collects what the batch is told. */
  fetch(topic: string, first: number, count: number, told = new BatchTold(), partition = 0): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => ({
      offset: String(first + index),
      key: Buffer.from('key'),
      value: Buffer.from('{}'),
      headers: { ce_id: `${partition === 0 ? '' : `${partition}/`}${first + index}` },
      timestamp: 1,
    }))
    const batch: FetchedBatch = {
      topic,
      partition,
      records,
      heartbeat: async () => told.beat(),
      resolve: (offset) => told.resolve(offset),
      commit: (offset) => told.commit(offset),
      isActive: () => this.running,
    }
    const handled = this.spec.onBatch(batch)
    this.handling.add(handled)
    return handled.finally(() => this.handling.delete(handled))
  }
}

/** What a batch was told, and what it answers. */
export class BatchTold {
  readonly resolved: string[] = []
  readonly committed: string[] = []
  beats = 0
  beatError: KafkaFailure | undefined
  commitErrors: KafkaFailure[] = []
  /** The answer to a commit comes when this resolves. */
  commitUntil: Promise<void> = Promise.resolve()

  resolve(offset: string): void {
    this.resolved.push(offset)
  }

  beat(): void {
    this.beats += 1
    if (this.beatError !== undefined) throw this.beatError
  }

  async commit(offset: string): Promise<void> {
    const error = this.commitErrors.shift()
    if (error === undefined) this.committed.push(offset)
    await this.commitUntil
    if (error !== undefined) throw error
  }
}
