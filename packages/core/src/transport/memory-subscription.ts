import { fault } from '../faults.js'
import { withDeadline } from '../runtime/clock.js'
import type { MemoryMember } from './memory-feed.js'
import type { MemoryGroup } from './memory-group.js'
import type { ListingSubscription, PausableSubscription, StopOptions } from './transport.js'

/** One member's place in its group. */
export class MemorySubscription implements PausableSubscription, ListingSubscription {
  private closing: Promise<void> | undefined

  constructor(
    private readonly group: MemoryGroup,
    private readonly member: MemoryMember,
    private readonly closed: () => void,
  ) {}

  /** Leaves the group when nothing is in flight, at the latest at the deadline. @throws GULO_STOP_DEADLINE */
  close({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    this.closing ??= this.leave(deadlineMs)
    return this.closing
  }

  pause(topics?: readonly string[]): void {
    this.member.resting.pause(topics)
  }

  resume(topics?: readonly string[]): void {
    this.member.resting.resume(topics)
    this.group.wake(this.member)
  }

  topics(): readonly string[] {
    return this.group.topicsOf(this.member)
  }

  private async leave(deadlineMs: number): Promise<void> {
    const component = `The subscription of ${this.member.subscription.group}`
    const late = () => fault('GULO_STOP_DEADLINE', { component, deadlineMs, pending: 'messages are in flight' })
    try {
      await withDeadline(this.member.clock(), deadlineMs, this.group.drain(this.member), late)
    } finally {
      this.group.leave(this.member)
      this.closed()
    }
  }
}
