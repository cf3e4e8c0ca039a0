import type { KafkaConsumer } from '../client/client.js'

/** Why a partition is not fetched: it has enough, a message waits to come again, somebody asked, or its start is sought. */
export type PauseReason = 'full' | 'refused' | 'asked' | 'start'

/** Pauses a partition for as long as there is a reason to. */
export class Pauses {
  private readonly consumer: Pick<KafkaConsumer, 'pause' | 'resume'>
  private readonly reasons = new Map<string, Set<PauseReason>>()

  constructor(consumer: Pick<KafkaConsumer, 'pause' | 'resume'>) {
    this.consumer = consumer
  }

  add(topic: string, partition: number, reason: PauseReason): void {
    const name = `${topic}\n${partition}`
    const reasons = this.reasons.get(name)
    if (reasons !== undefined) return void reasons.add(reason)
    this.reasons.set(name, new Set([reason]))
    attempted(() => this.consumer.pause(topic, partition))
  }

  remove(topic: string, partition: number, reason: PauseReason): void {
    const name = `${topic}\n${partition}`
    const reasons = this.reasons.get(name)
    if (!reasons?.delete(reason) || reasons.size > 0) return
    this.reasons.delete(name)
    attempted(() => this.consumer.resume(topic, partition))
  }

  /** Forgets one reason for all partitions. */
  removeAll(reason: PauseReason): void {
    for (const name of [...this.reasons.keys()]) {
      const [topic = '', partition] = name.split('\n')
      this.remove(topic, Number(partition), reason)
    }
  }
}

/** Does it if the consumer still can. */
// One that stopped meanwhile refuses; whoever gets the partition next starts at the committed offset.
export function attempted(action: () => void): void {
  try {
    action()
  } catch {}
}
