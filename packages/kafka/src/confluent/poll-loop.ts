import type { Clock, Timer } from '@gulo/core'
import type { KafkaFailure } from '../client/client.js'
import type { DriverConsumer, DriverMessage } from './driver.js'
import { called, toFailure } from './failures.js'

export interface PollLoopOptions {
  readonly clock: Clock
  readonly onMessages: (messages: readonly DriverMessage[]) => void
  readonly onFailure: (failure: KafkaFailure) => void
}

const MOST_AT_ONCE = 500
// Should librdkafka ever forget to say that there is something to fetch.
const LOOK_ANYWAY_MS = 100

/**
 * Asks librdkafka for messages and events, again and again, without holding a thread while there are none. Everything
 * else that touches fetching is done between two fetches, so that nothing is under way meanwhile.
 */
export class PollLoop {
  private readonly options: PollLoopOptions
  private readonly chores: (() => unknown)[] = []
  private rest: { readonly timer: Timer; readonly resolve: () => void } | undefined
  private woken = false
  private ended = false
  private done: Promise<void> = Promise.resolve()

  constructor(options: PollLoopOptions) {
    this.options = options
  }

  start(consumer: DriverConsumer): void {
    consumer.setDefaultConsumeTimeout(0)
    consumer.setDefaultIsTimeoutOnlyForFirstMessage(true)
    this.done = this.run(consumer)
  }

  /** Says that there is something to fetch. */
  wake(): void {
    this.woken = true
    this.rest?.timer.cancel()
    this.rest?.resolve()
  }

  /** Does `chore` while nothing is being fetched. */
  between(chore: () => unknown): void {
    if (this.ended) return
    this.chores.push(chore)
    this.wake()
  }

  /** Resolves when the last fetch has returned. */
  async end(): Promise<void> {
    this.ended = true
    this.wake()
    await this.done
  }

  private async run(consumer: DriverConsumer): Promise<void> {
    while (!this.ended) {
      this.woken = false
      const found = await this.fetch(consumer)
      for (const chore of this.chores.splice(0)) await this.attempt(chore)
      if (found === 0 && !this.woken && !this.ended) await this.pause()
    }
  }

  private async fetch(consumer: DriverConsumer): Promise<number> {
    try {
      const messages = await called<readonly DriverMessage[]>((done) => consumer.consume(MOST_AT_ONCE, done))
      if (!this.ended) this.options.onMessages(messages)
      return messages.length
    } catch (error) {
      if (!this.ended) this.options.onFailure(toFailure(error))
      return 0
    }
  }

  private async attempt(chore: () => unknown): Promise<void> {
    try {
      await chore()
    } catch (error) {
      // the partition went elsewhere meanwhile: whoever has it now starts where we committed
      if (!this.ended) this.options.onFailure(toFailure(error))
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.options.clock.after(LOOK_ANYWAY_MS, resolve)
      this.rest = { timer, resolve }
    })
  }
}
