import { type ComponentHealth, type Runtime, withDeadline } from '@gulo/core'
import type { ChannelModel } from 'amqplib'
import type { RabbitMqSettings } from './config/settings.js'
import { hideSecrets } from './config/url.js'
import { Link } from './connection/link.js'
import { Declarer } from './declaring/declarer.js'
import { countReady } from './declaring/verify.js'
import { rabbitFault } from './faults.js'
import { ConfirmPublisher } from './publishing/confirm-publisher.js'
import { joinTopologies, NOTHING, type Topology } from './topology/topology.js'

/**
 * The connections of one transport: one to publish, one to consume. A broker short of memory or disk stops reading from
 * connections that publish; acknowledgements must get through all the same.
 */
export class Session {
  readonly publisher: ConfirmPublisher
  private readonly declarer: Declarer
  private readonly link: Link
  private consumingLink: Link | undefined
  private opening: Promise<Link> | undefined
  private readonly closing = new AbortController()
  /** What was declared outside of publishing and subscribing. */
  private declared = NOTHING

  /** `repair` has the subscriptions make again what was deleted. */
  constructor(
    private readonly settings: RabbitMqSettings,
    private readonly runtime: Runtime,
    private readonly repair: () => void,
  ) {
    this.link = this.makeLink('publish')
    this.declarer = new Declarer(settings.topology)
    this.publisher = new ConfirmPublisher(this.link, this.declarer, {
      ...settings,
      runtime,
      repair: () => this.repairAll(),
    })
  }

  async start(): Promise<void> {
    await this.link.open()
    await this.publisher.start()
  }

  /** Has the broker have what is needed, outside of publishing and subscribing. @throws RABBITMQ_UNREACHABLE, or what declaring throws */
  async provide(topology: Topology): Promise<void> {
    await this.ask(Promise.resolve(this.link), (model) => this.declarer.provide(model, topology))
    this.declared = joinTopologies(this.declared, topology)
    this.publisher.unroutable.expects(topology)
  }

  /** Messages that wait in a queue, `undefined` when there is no such queue. @throws RABBITMQ_UNREACHABLE */
  count(queue: string): Promise<number | undefined> {
    // A broker short of memory answers nothing on a connection that publishes.
    return this.ask(this.consuming(), (model) => countReady(model, queue))
  }

  /** The connection for consumers, opened when first wanted. */
  consuming(): Promise<Link> {
    this.opening ??= this.openConsuming()
    return this.opening
  }

  /** Waits for confirmations until the deadline, then closes. */
  async stop(deadlineMs: number): Promise<void> {
    this.closing.abort()
    const late = () => new Error('unconfirmed messages are given up')
    await withDeadline(this.runtime.clock, deadlineMs, this.publisher.drained(), late).catch(() => undefined)
    const links = [this.link, ...(this.consumingLink ? [this.consumingLink] : [])]
    const closing = this.publisher.close()
    await withDeadline(this.runtime.clock, Math.max(deadlineMs, GOODBYE_MS), closing, late).catch(() => undefined)
    await Promise.all(links.map((link) => link.close(GOODBYE_MS)))
  }

  health(troubles: readonly string[]): ComponentHealth {
    if (!this.link.connected) return { status: 'down', detail: `It does not publish: ${this.link.trouble}.` }
    const own = [this.link.trouble, this.publisher.trouble, this.consumingLink?.trouble]
    const all = [...own, ...troubles].filter((trouble) => trouble !== undefined)
    if (all.length > 0) return { status: 'degraded', detail: `${all.join('; ')}.` }
    const { accepted } = this.publisher.unroutable
    return accepted === 0 ? { status: 'up' } : { status: 'up', detail: `${accepted} messages had no queue to go to.` }
  }

  private repairAll(): void {
    this.repair()
    if (this.declared === NOTHING) return
    // What cannot be declared is told by the messages that then have no queue.
    this.ask(Promise.resolve(this.link), (model) => this.declarer.renew(model, this.declared)).catch(() => undefined)
  }

  private ask<T>(opening: Promise<Link>, question: (model: ChannelModel) => Promise<T>): Promise<T | undefined> {
    const { startDeadlineMs: deadlineMs, urls } = this.settings
    const url = urls.map(hideSecrets).join(', ')
    const reason = this.link.trouble ?? 'no answer'
    const late = () => rabbitFault('RABBITMQ_UNREACHABLE', { url, deadlineMs, reason })
    const asking = async () => {
      const model = await (await opening).current(this.closing.signal)
      return model === undefined ? undefined : question(model)
    }
    return withDeadline(this.runtime.clock, deadlineMs, asking(), late)
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
