import { type Envelope, sleep, systemClock, type Transport } from '@gulo/core'
import { expect } from 'chai'
import type { Collector } from './collector.js'
import { detailOf, publishStubbornly } from './disturbed.js'
import type { Scene } from './scene.js'

const PUBLISHERS = 4
const PER_PUBLISHER = 40
const PAUSE_MS = 5

/** Of all messages: enough that something is in flight on every side. */
export const AMID = (PUBLISHERS * PER_PUBLISHER) / 4

/** Several publishers, each with a key of its own and one message at a time, and a member that gets them all. */
export class Traffic {
  readonly answered: Envelope[] = []
  private readonly work: Promise<unknown>

  private constructor(
    private readonly scene: Scene,
    readonly topic: string,
    readonly publisher: Transport,
    readonly reader: Transport,
    readonly member: Collector,
  ) {
    this.work = Promise.all(Array.from({ length: PUBLISHERS }, (_, key) => this.publishAll(`key-${key}`)))
    this.work.catch(() => undefined)
  }

  static async start(scene: Scene): Promise<Traffic> {
    const [publisher, reader] = [await scene.start(), await scene.start()]
    const [topic, member] = [await scene.topic(), scene.collector()]
    await scene.subscribe(reader, topic, member)
    return new Traffic(scene, topic, publisher, reader, member)
  }

  until(count: number): Promise<void> {
    return this.scene.eventually(`${count} messages are published`, async () => this.answered.length >= count)
  }

  /** Resolves once everything is published, and everything that was answered for has arrived. */
  async end(): Promise<void> {
    await this.scene.within(this.work, 'everything is published')
    await this.member.untilAll(this.answered).catch(async (error: Error) => {
      const [publisher, reader] = await Promise.all([detailOf(this.publisher), detailOf(this.reader)])
      expect.fail(`${error.message} The publisher says that it is ${publisher}, the reader that it is ${reader}.`)
    })
  }

  private async publishAll(partitionKey: string): Promise<void> {
    for (let number = 0; number < PER_PUBLISHER; number++) {
      const envelope = this.scene.envelope(this.topic, { partitionKey })
      await publishStubbornly(this.scene, this.publisher, envelope)
      this.answered.push(envelope)
      await sleep(systemClock, PAUSE_MS)
    }
  }
}
