import { KafkaFailure } from '../client/client.js'
import type { DriverConsumer, DriverError, TopicPartitionOffset } from './driver.js'
import { toFailure } from './failures.js'

interface Waiting {
  readonly offset: number
  readonly resolve: () => void
  readonly reject: (failure: KafkaFailure) => void
}

/** Commits under way: librdkafka answers by an event, in the order of the calls for each partition. */
export class Commits {
  private readonly waiting = new Map<string, Waiting[]>()
  private ended = false

  commit(consumer: DriverConsumer, topic: string, partition: number, offset: number): Promise<void> {
    if (this.ended) return Promise.reject(new KafkaFailure('this consumer has ended', undefined))
    return new Promise((resolve, reject) => {
      const name = `${topic}\n${partition}`
      try {
        consumer.commit([{ topic, partition, offset }])
      } catch (error) {
        return reject(toFailure(error))
      }
      this.waiting.set(name, [...(this.waiting.get(name) ?? []), { offset, resolve, reject }])
    })
  }

  /** Takes an answer. */
  settle(error: DriverError | null | undefined, offsets: readonly TopicPartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      const name = `${topic}\n${partition}`
      const waiting = this.waiting.get(name) ?? []
      const found = waiting.find((each) => each.offset === offset)
      if (found === undefined) continue
      this.waiting.set(
        name,
        waiting.filter((each) => each !== found),
      )
      if (error) found.reject(toFailure(error))
      else found.resolve()
    }
  }

  /** No answer will come any more. */
  end(): void {
    this.ended = true
    const failure = new KafkaFailure('this consumer has ended', undefined)
    for (const { reject } of [...this.waiting.values()].flat()) reject(failure)
    this.waiting.clear()
  }
}
