import type { Clock, Timer } from '../runtime/clock.js'
import type { MemoryFaults } from './memory-faults.js'
import type { MemoryPacer } from './memory-pacer.js'
import type { MemoryPartition } from './memory-topic.js'
import type { Resting } from './resting.js'
import type { ReceivedMessage, TransportSubscription } from './transport.js'

/** How far a group has come in one partition; survives its members. */
export interface MemoryCursor {
  /** The offset of the first message that is not acknowledged. */
  committed: number
  /** How often the messages from there on were delivered. */
  readonly deliveries: Map<number, number>
}

/** One member of a group: where its messages go and how. */
export interface MemoryMember {
  readonly subscription: TransportSubscription
  readonly pacer: MemoryPacer
  readonly resting: Resting
  readonly clock: () => Clock
  readonly redeliveryDelayMs: number
  /** Messages of one partition that are handed out and not settled. */
  readonly maxInFlight: number
}

interface Slot {
  readonly offset: number
  readonly key: string | undefined
  state: 'open' | 'done' | 'failed'
}

/** Hands the messages of one partition to one member and acknowledges the contiguous prefix of what it has done. */
export class MemoryFeed {
  private next: number
  private readonly slots: Slot[] = []
  private readonly openKeys = new Map<string, number>()
  private open = 0
  private woken = false
  private failing = false
  private closed = false
  private revoked = false
  private pause: Timer | undefined
  private idle: (() => void)[] = []
  private readonly unwatch: () => void

  constructor(
    private readonly partition: MemoryPartition,
    private readonly cursor: MemoryCursor,
    private readonly member: MemoryMember,
    private readonly faults: MemoryFaults,
  ) {
    this.next = cursor.committed
    this.unwatch = partition.watch(() => this.wake())
    this.wake()
  }

  /** Hands out nothing more; resolves once nothing is in flight. */
  close(): Promise<void> {
    this.closed = true
    this.pause?.cancel()
    this.unwatch()
    return this.open === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve))
  }

  /** Ends at once: what is in flight will not be acknowledged. */
  revoke(): void {
    this.revoked = true
    void this.close()
    for (const resolve of this.idle.splice(0)) resolve()
  }

  /** Looks soon for what it may hand out. */
  wake(): void {
    if (this.woken || this.closed) return
    this.woken = true
    this.member.pacer.soon(() => {
      this.woken = false
      this.handOut()
    })
  }

  private handOut(): void {
    if (this.closed || this.failing || this.pause !== undefined) return
    if (this.member.resting.has(this.partition.topic)) return
    const slots = this.take()
    if (slots.length === 0) return
    this.slots.push(...slots)
    this.open += slots.length
    for (const { key } of slots) if (key !== undefined) this.openKeys.set(key, (this.openKeys.get(key) ?? 0) + 1)
    const outcomes = this.deliver(slots.map(({ offset }) => this.read(offset)))
    for (const [index, slot] of slots.entries()) {
      Promise.resolve(outcomes[index] ?? Promise.reject(new Error('deliver answered no promise'))).then(
        () => this.settle(slot, true),
        () => this.settle(slot, false),
      )
    }
  }

  /** The next messages, up to the bound. */
  private take(): Slot[] {
    const slots: Slot[] = []
    while (this.open + slots.length < this.member.maxInFlight && this.next < this.partition.end) {
      const offset = this.next
      const key = this.partition.keyAt(offset)
      // Never a key of which something was handed out before: should that fail, this one must come after it.
      if (key !== undefined && this.openKeys.has(key)) break
      slots.push({ offset, key, state: 'open' })
      if (this.faults.takeDuplicate()) slots.push({ offset, key, state: 'open' })
      this.next++
    }
    return slots
  }

  private read(offset: number): ReceivedMessage {
    const before = this.cursor.deliveries.get(offset) ?? 0
    this.cursor.deliveries.set(offset, before + 1)
    return this.partition.read(offset, before)
  }

  private deliver(messages: readonly ReceivedMessage[]): readonly Promise<void>[] {
    try {
      return this.member.subscription.deliver(messages)
    } catch (error) {
      return messages.map(() => Promise.reject(error))
    }
  }

  private settle(slot: Slot, resolved: boolean): void {
    if (this.revoked) return
    slot.state = resolved && !this.faults.takeDroppedAcknowledgement() ? 'done' : 'failed'
    if (slot.state === 'failed') this.failing = true
    this.open--
    this.releaseKey(slot.key)
    this.acknowledge()
    if (this.failing && this.open === 0) this.rewind()
    if (this.open === 0) for (const resolve of this.idle.splice(0)) resolve()
    this.wake()
  }

  private releaseKey(key: string | undefined): void {
    if (key === undefined) return
    const count = (this.openKeys.get(key) ?? 1) - 1
    if (count === 0) this.openKeys.delete(key)
    else this.openKeys.set(key, count)
  }

  private acknowledge(): void {
    while (this.slots[0]?.state === 'done') {
      const { offset } = this.slots.shift() as Slot
      this.cursor.committed = offset + 1
      this.cursor.deliveries.delete(offset)
    }
  }

  /** Starts again at the first message that was rejected, once nothing is in flight and the delay has passed. */
  private rewind(): void {
    this.failing = false
    this.next = this.slots[0]?.offset ?? this.cursor.committed
    this.slots.length = 0
    if (this.closed) return
    this.pause = this.member.clock().after(this.member.redeliveryDelayMs, () => {
      this.pause = undefined
      this.wake()
    })
  }
}
