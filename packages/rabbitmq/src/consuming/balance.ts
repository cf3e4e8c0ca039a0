import type { Runtime, Timer } from '@gulo/core'
import type { QueueConsumer } from './queue-consumer.js'

/**
 * Shares partitions out among processes. The broker lets the first that comes be active in all of them, and nobody take
 * turns; whoever is active in more than its share therefore lets the surplus go and lines up behind the others.
 */
export class Balance {
  private timer: Timer | undefined
  private stopped = false

  constructor(
    private readonly members: QueueConsumer,
    private readonly partitions: readonly QueueConsumer[],
    private readonly everyMs: number,
    private readonly runtime: Runtime,
  ) {}

  start(): void {
    this.again()
  }

  stop(): void {
    this.stopped = true
    this.timer?.cancel()
  }

  private again(): void {
    if (this.stopped) return
    this.timer = this.runtime.clock.after(this.everyMs, () => {
      // A channel that is lost meanwhile is set up again anyway.
      this.share().then(
        () => this.again(),
        () => this.again(),
      )
    })
  }

  private async share(): Promise<void> {
    const active = this.partitions.filter((each) => each.active)
    const members = active.length > 1 ? await this.members.countConsumers() : undefined
    if (members === undefined || this.stopped) return
    const share = Math.ceil(this.partitions.length / Math.max(1, members))
    const surplus = active.slice(share)
    await Promise.all(surplus.map((each) => each.giveBack()))
  }
}
