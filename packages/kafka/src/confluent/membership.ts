import type { ConsumerSpec } from '../client/client.js'
import type { DriverConsumer, DriverError, TopicPartition } from './driver.js'
import { toFailure } from './failures.js'
import type { Lanes } from './lanes.js'

export interface MembershipOptions {
  readonly consumer: DriverConsumer
  readonly lanes: Lanes
  readonly spec: ConsumerSpec
  /** Aborted when what is in flight is to be left alone. */
  readonly cut: AbortSignal
}

const ASSIGN_PARTITIONS = -175

/** Takes partitions and gives them up, as the group decides: what is in flight there ends first. */
export class Membership {
  private readonly options: MembershipOptions
  private closed = false
  /** How often the group has given this member up: after that, others may have had its partitions. */
  private losses = 0
  /** One change after the other. */
  private changing: Promise<void> = Promise.resolve()

  constructor(options: MembershipOptions) {
    this.options = options
  }

  /** Takes what librdkafka says; it waits until the change is carried out. */
  heed(error: DriverError | undefined, partitions: readonly TopicPartition[]): void {
    // While closing, librdkafka waits in the way of everything else: at once, and without questions.
    if (this.closed) return this.unassign()
    const assigned = error?.code === ASSIGN_PARTITIONS
    this.changing = this.changing
      .then(() => (assigned ? this.take(partitions) : this.giveUp(partitions)))
      .catch((failure) => this.options.spec.onEvent({ kind: 'crashed', error: toFailure(failure) }))
  }

  /** From now on partitions are given up without waiting. */
  close(): void {
    this.closed = true
  }

  private take(partitions: readonly TopicPartition[]): void {
    const { consumer, lanes, spec } = this.options
    if (this.closed) return
    for (const partition of partitions) lanes.open(partition)
    consumer.assign(partitions)
    // librdkafka does not tell who leads: each member speaks for the group.
    spec.onEvent({ kind: 'joined', assignment: lanes.assignment(), member: `life ${this.losses}`, leads: true })
  }

  private async giveUp(partitions: readonly TopicPartition[]): Promise<void> {
    const { consumer, cut, spec } = this.options
    if (this.closed) return this.unassign()
    const lost = consumer.assignmentLost()
    if (lost) this.losses += 1
    const aborted = new Promise<void>((resolve) => cut.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.race([this.drain(partitions, lost), aborted])
    spec.onEvent({ kind: 'rebalancing' })
    this.unassign()
  }

  private async drain(partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    const { lanes, spec } = this.options
    const ended = lanes.leave(partitions, lost ? 'lost' : 'leaving')
    if (!lost) await spec.onRevoke?.()
    await ended
  }

  private unassign(): void {
    try {
      this.options.consumer.unassign()
    } catch {
      // lost already, or the consumer has ended meanwhile
    }
  }
}
