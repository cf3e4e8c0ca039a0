import type { Clock, Timer } from '@gulo/core'
import type { KafkaConsumer } from '../client/client.js'

/** Delivers again from an offset after a pause: the partition rests meanwhile, the member stays in its group. */
export class Redelivery {
  private readonly clock: Clock
  private readonly delayMs: number
  private readonly timers = new Set<Timer>()

  constructor(clock: Clock, delayMs: number) {
    this.clock = clock
    this.delayMs = delayMs
  }

  from(consumer: KafkaConsumer, topic: string, partition: number, offset: string): void {
    if (!attempted(() => consumer.pause(topic, partition))) return
    attempted(() => consumer.seek(topic, partition, offset))
    const timer = this.clock.after(this.delayMs, () => {
      this.timers.delete(timer)
      attempted(() => consumer.resume(topic, partition))
    })
    this.timers.add(timer)
  }

  cancel(): void {
    for (const timer of this.timers) timer.cancel()
    this.timers.clear()
  }
}

// A consumer that stopped meanwhile refuses; whoever gets the partition next starts at the committed offset.
function attempted(action: () => void): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}
