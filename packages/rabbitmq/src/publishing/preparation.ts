import { GuloError, type Runtime, sleep } from '@gulo/core'
import type { Link } from '../connection/link.js'
import type { Declarer } from '../declaring/declarer.js'
import type { AmqpMessage } from '../message/outgoing.js'

// A broker that answers a declaration with something else than a refusal is asked again after this time.
const PAUSE_MS = 100

/** Declares what messages need before the first of them is sent. */
export class Preparation {
  private readonly done = new Set<string>()
  private readonly doubtful = new Set<string>()
  private busy = false

  constructor(
    private readonly link: Link,
    private readonly declarer: Declarer,
    private readonly runtime: Runtime,
  ) {}

  isDone(message: AmqpMessage): boolean {
    return this.done.has(message.need)
  }

  /** Whether two messages need the same. */
  isShared(one: AmqpMessage, other: AmqpMessage): boolean {
    return one.need === other.need
  }

  /** Has it declared again before the next message. */
  forget(message: AmqpMessage): void {
    this.done.delete(message.need)
  }

  /** As `forget`; has the broker asked whether it is there, also where nothing is ever declared. */
  doubt(message: AmqpMessage): void {
    this.forget(message)
    this.doubtful.add(message.need)
  }

  /** Has everything declared again, after a loss: the broker may have been emptied. */
  forgetAll(): void {
    this.done.clear()
  }

  /** Declares what `message` needs; then calls `next` with the broker's refusal, if there was one. */
  start(message: AmqpMessage, signal: AbortSignal, next: (refusal?: GuloError) => void): void {
    if (this.busy) return
    this.busy = true
    this.declare(message, signal).then(
      () => this.end(next),
      async (error: unknown) => {
        if (GuloError.is(error)) return this.end(next, error)
        await sleep(this.runtime.clock, PAUSE_MS, signal)
        this.end(next)
      },
    )
  }

  private end(next: (refusal?: GuloError) => void, refusal?: GuloError): void {
    this.busy = false
    next(refusal)
  }

  private async declare(message: AmqpMessage, signal: AbortSignal): Promise<void> {
    const model = await this.link.current(signal)
    if (model === undefined) return
    await this.declarer.provide(model, message.topology, this.doubtful.has(message.need))
    this.doubtful.delete(message.need)
    this.done.add(message.need)
  }
}
