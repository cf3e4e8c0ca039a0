import { setTimeout as sleep } from 'node:timers/promises'
import type { PartitionAnswer, PartitionBatch, ProducerSession } from '@gulo/kafka'
import { allStored, isFatal, untilStored } from './until-stored.js'

const IDLE_MS = 300

/** After a failure sends whatever comes next, and what has failed after that: a different batch in the place of the first. */
export class DeferringSession implements ProducerSession {
  private readonly late: PartitionBatch[] = []
  private line: Promise<unknown> = Promise.resolve()
  private over = false

  constructor(private readonly session: ProducerSession) {}

  connect(): Promise<void> {
    return this.session.connect()
  }

  publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]> {
    return this.inLine(async () => {
      try {
        const answers = await this.session.publishBatch(batches)
        await this.sendLate()
        return answers
      } catch (error) {
        if (isFatal(error)) throw error
        this.late.push(...batches)
        void sleep(IDLE_MS).then(() => this.inLine(() => this.sendLate()).catch(() => undefined))
        return allStored(batches)
      }
    })
  }

  close(): Promise<void> {
    this.over = true
    return this.session.close()
  }

  destroy(): void {
    this.over = true
    this.session.destroy()
  }

  private async sendLate(): Promise<void> {
    for (const batch of this.late.splice(0)) await untilStored(this.session, [batch], () => this.over)
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const done = this.line.then(work)
    this.line = done.catch(() => undefined)
    return done
  }
}
