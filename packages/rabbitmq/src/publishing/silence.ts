import type { Logger, Runtime } from '@gulo/core'
import type { Link } from '../connection/link.js'

/** What the broker's silence costs first: the channel that messages are published on. */
interface Renewable {
  renew(): void
}

export interface SilenceOptions {
  readonly publishDeadlineMs: number
  readonly runtime: Runtime
  readonly logger: Logger
}

/**
 * Reacts to messages that the broker has taken and not confirmed in time, as it does with a quorum queue that is broken.
 * Where nothing at all is confirmed it makes another channel, and the next time another connection.
 */
export class Silence {
  private renewals = 0
  private noticedAt: number | undefined
  private confirmedAt = Number.NEGATIVE_INFINITY
  private text: string | undefined

  constructor(
    private readonly link: Link,
    private readonly channel: Renewable,
    private readonly options: SilenceOptions,
  ) {}

  /** What was not confirmed lately, and what has been done about it. */
  get trouble(): string | undefined {
    const { runtime, publishDeadlineMs } = this.options
    const old = this.noticedAt === undefined || runtime.clock.monotonic() - this.noticedAt > 2 * publishDeadlineMs
    return old ? undefined : this.text
  }

  /** A confirmation has come. */
  ended(): void {
    this.confirmedAt = this.options.runtime.clock.monotonic()
    if (this.renewals === 0) return
    this.renewals = 0
    this.noticedAt = undefined
  }

  /** `count` messages have reached their deadline unconfirmed. */
  noticed(count: number): void {
    const { publishDeadlineMs, runtime, logger } = this.options
    // A broker that says it is short of memory, and a connection that is gone, have their own reasons.
    if (this.link.blocked || !this.link.connected) return
    const now = runtime.clock.monotonic()
    if (this.trouble !== undefined && now - (this.noticedAt ?? now) < publishDeadlineMs) return
    this.noticedAt = now
    // Where other messages are confirmed, another channel would only send those twice.
    const renewed = now - this.confirmedAt < publishDeadlineMs ? undefined : this.renew()
    const done = renewed === undefined ? 'while it did confirm others' : `so the ${renewed} to publish on was renewed`
    this.text = `the broker did not confirm ${count} messages within ${publishDeadlineMs} ms, ${done}`
    logger.warn(`rabbitmq: ${this.text}; look for queues without a leader`)
  }

  private renew(): 'channel' | 'connection' {
    this.renewals++
    if (this.renewals > 1) {
      this.link.renew()
      return 'connection'
    }
    this.channel.renew()
    return 'channel'
  }
}
