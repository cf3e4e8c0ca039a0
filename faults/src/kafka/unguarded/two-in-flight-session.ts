import type { PartitionAnswer, PartitionBatch, ProducerSession } from '@gulo/kafka'
import { allStored, untilStored } from './until-stored.js'

/** Sends the two halves of each batch at the same time: two requests in flight for one leader, each tried until it is stored. */
export class TwoInFlightSession implements ProducerSession {
  private over = false

  constructor(private readonly session: ProducerSession) {}

  connect(): Promise<void> {
    return this.session.connect()
  }

  async publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]> {
    const half = (from: (size: number) => number, to: (size: number) => number) =>
      batches
        .map(({ topic, partition, records }) => ({
          topic,
          partition,
          records: records.slice(from(records.length), to(records.length)),
        }))
        .filter(({ records }) => records.length > 0)
    const middle = (size: number) => Math.floor(size / 2)
    const halves = [half(() => 0, middle), half(middle, (size) => size)]
    await Promise.all(halves.map((each) => untilStored(this.session, each, () => this.over)))
    return allStored(batches)
  }

  close(): Promise<void> {
    this.over = true
    return this.session.close()
  }

  destroy(): void {
    this.over = true
    this.session.destroy()
  }
}
