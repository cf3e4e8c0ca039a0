import { isRetryable, reasonOf } from '../errors.js'
import type { Logger } from '../message/signals.js'
import type { OutboxEntry } from './outbox.js'

/** What a relay says of entries it could not publish: of a topic that is away once, of what no retry can help each time. */
export class RelayComplaints {
  /** Topics whose last publish failed. */
  private readonly ill = new Set<string>()

  constructor(private readonly logger: Logger) {}

  failed([first, ...others]: readonly OutboxEntry[], error: unknown): void {
    if (first === undefined) return
    const { topic } = first.envelope
    const what = `${others.length + 1} ${others.length === 0 ? 'event' : 'events'} of ${topic} could not be published`
    if (!isRetryable(error)) this.logger.error(`${what}, and no retry can help: ${reasonOf(error)}`, error)
    else if (!this.ill.has(topic)) this.logger.warn(`${what} and will be tried again: ${reasonOf(error)}`)
    if (isRetryable(error)) this.ill.add(topic)
  }

  published(topic: string): void {
    this.ill.delete(topic)
  }
}
