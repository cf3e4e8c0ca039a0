import { type ConsumerSpec, type FetchedBatch, type KafkaConsumer, KafkaFailure } from '@gulo/kafka'

/** A scripted member of a group: the test makes its events and its batches, and sees what it is told. */
export class FakeConsumer implements KafkaConsumer {
  readonly spec: ConsumerSpec
  readonly calls: string[] = []
  runError: Error | undefined
  destroyed = false
  joinsAtOnce = true
  private readonly handling = new Set<Promise<void>>()
  private running = true

  constructor(spec: ConsumerSpec) {
    this.spec = spec
  }

  async run(): Promise<void> {
    if (this.runError !== undefined) throw this.runError
    if (this.joinsAtOnce) this.spec.onEvent({ kind: 'joined', assignment: {} })
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
  fetch(topic: string, first: number, count: number, told: BatchTold = new BatchTold()): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => ({
      offset: String(first + index),
      key: Buffer.from('key'),
      value: Buffer.from('{}'),
      headers: { ce_id: String(first + index) },
      timestamp: 1,
    }))
    const batch: FetchedBatch = {
      topic,
      partition: 0,
      records,
      heartbeat: async () => told.beat(),
      resolve: (offset) => void told.resolved.push(offset),
      commit: async (offset) => told.commit(offset),
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

  beat(): void {
    this.beats += 1
    if (this.beatError !== undefined) throw this.beatError
  }

  commit(offset: string): void {
    const error = this.commitErrors.shift()
    if (error !== undefined) throw error
    this.committed.push(offset)
  }
}
