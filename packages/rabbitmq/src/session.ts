import { type ComponentHealth, type Runtime, withDeadline } from '@gulo/core'
import type { RabbitMqSettings } from './config/settings.js'
import { Link } from './connection/link.js'
import { ConfirmPublisher } from './publishing/confirm-publisher.js'

/**
 * The connections of one transport: one to publish, one to consume. A broker short of memory or disk stops reading from
 * connections that publish; acknowledgements must get through all the same.
 */
export class Session {
  readonly publisher: ConfirmPublisher
  private readonly link: Link
  private consumingLink: Link | undefined
  private opening: Promise<Link> | undefined

  constructor(
    private readonly settings: RabbitMqSettings,
    private readonly runtime: Runtime,
  ) {
    this.link = this.makeLink('publish')
    this.publisher = new ConfirmPublisher(this.link, { ...settings, runtime })
  }

  async start(): Promise<void> {
    await this.link.open()
    await this.publisher.start()
  }

  /** The connection for consumers, opened when first wanted. */
  consuming(): Promise<Link> {
    this.opening ??= this.openConsuming()
    return this.opening
  }

  /** Waits for confirmations until the deadline, then closes. */
  async stop(deadlineMs: number): Promise<void> {
    const late = () => new Error('unconfirmed messages are given up')
    await withDeadline(this.runtime.clock, deadlineMs, this.publisher.drained(), late).catch(() => undefined)
    const links = [this.link, ...(this.consumingLink ? [this.consumingLink] : [])]
    const closing = this.publisher.close()
    await withDeadline(this.runtime.clock, Math.max(deadlineMs, GOODBYE_MS), closing, late).catch(() => undefined)
    await Promise.all(links.map((link) => link.close(GOODBYE_MS)))
  }

  health(troubles: readonly string[]): ComponentHealth {
    if (!this.link.connected) return { status: 'down', detail: `It does not publish: ${this.link.trouble}.` }
    const all = [this.link.trouble, this.consumingLink?.trouble, ...troubles].filter((trouble) => trouble !== undefined)
    if (!this.publisher.working) all.push('the channel to publish on is being opened')
    if (all.length > 0) return { status: 'degraded', detail: `${all.join('; ')}.` }
    const { accepted } = this.publisher.unroutable
    return accepted === 0 ? { status: 'up' } : { status: 'up', detail: `${accepted} messages had no queue to go to.` }
  }

  private async openConsuming(): Promise<Link> {
    const link = this.makeLink('consume')
    this.consumingLink = link
    try {
      await link.open()
      return link
    } catch (error) {
      this.opening = undefined
      this.consumingLink = undefined
      throw error
    }
  }

  private makeLink(purpose: string): Link {
    const { settings, runtime } = this
    return new Link({ ...settings, runtime, connectionName: `${settings.connectionName} (${purpose})` })
  }
}

// What the broker is given to say goodbye, in milliseconds, even when the deadline has passed.
const GOODBYE_MS = 1000
