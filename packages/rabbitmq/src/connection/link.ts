import { type Logger, type Runtime, sleep } from '@gulo/core'
import type { ChannelModel } from 'amqplib'
import { hideSecrets } from '../config/url.js'
import { coreFault, rabbitFault, reasonOf } from '../faults.js'
import { Backoff } from './backoff.js'
import { bundleWrites, type DialOptions, dial, kill, refusalIn } from './dial.js'

export interface LinkOptions extends DialOptions {
  readonly urls: readonly string[]
  readonly startDeadlineMs: number
  readonly initialDelayMs: number
  readonly maxDelayMs: number
  readonly runtime: Runtime
  readonly logger: Logger
}

/** One connection that is made again whenever it is lost, until it is closed. */
export class Link {
  /** Why there is no connection, or why the broker takes no messages; `undefined` when all is well. */
  trouble: string | undefined = 'it has not been opened'
  blocked = false
  readonly backoff: Backoff
  private model: ChannelModel | undefined
  private readonly closing = new AbortController()
  private readonly waiting = new Set<() => void>()
  private readonly unblockings = new Set<() => void>()
  private attempts = 0

  constructor(readonly options: LinkOptions) {
    this.backoff = new Backoff(options.initialDelayMs, options.maxDelayMs, options.runtime)
  }

  get connected(): boolean {
    return this.model !== undefined
  }

  /** Connects, trying again until the deadline of starting. @throws RABBITMQ_UNREACHABLE, RABBITMQ_REFUSED, GULO_STOPPED */
  async open(): Promise<void> {
    const { startDeadlineMs: deadlineMs, runtime } = this.options
    const endsAt = runtime.clock.monotonic() + deadlineMs
    for (;;) {
      const url = this.nextUrl()
      const left = endsAt - runtime.clock.monotonic()
      try {
        return await this.connect(url, left)
      } catch (error) {
        const reason = refusalIn(error)
        if (reason !== undefined) throw rabbitFault('RABBITMQ_REFUSED', { url: hideSecrets(url), reason }, error)
        const pause = this.backoff.next()
        if (this.closing.signal.aborted) throw coreFault('GULO_STOPPED', { component: 'rabbitmq' })
        if (runtime.clock.monotonic() + pause >= endsAt) throw this.unreachable(deadlineMs, error)
        await sleep(runtime.clock, pause, this.closing.signal)
      }
    }
  }

  /** The connection, waited for while there is none; `undefined` once `signal` is aborted or the link is closed. */
  async current(signal: AbortSignal): Promise<ChannelModel | undefined> {
    while (this.model === undefined && !signal.aborted && !this.closing.signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.waiting.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        this.waiting.add(done)
        signal.addEventListener('abort', done, { once: true })
      })
    }
    return signal.aborted ? undefined : this.model
  }

  /** Breaks the connection, to have another one made. */
  renew(): void {
    if (this.model !== undefined) kill(this.model)
  }

  /** Calls `action` whenever the broker takes messages again after it refused to. */
  onUnblocked(action: () => void): void {
    this.unblockings.add(action)
  }

  /** Closes for good; without the broker's consent once the deadline has passed. */
  async close(deadlineMs: number): Promise<void> {
    const { model } = this
    this.closing.abort()
    this.model = undefined
    this.trouble = 'it has been closed'
    for (const resolve of [...this.waiting]) resolve()
    if (model === undefined) return
    const given = this.options.runtime.clock.after(deadlineMs, () => kill(model))
    // When the connection breaks meanwhile, amqplib's own promise stays open; the event comes in any case.
    await new Promise<void>((resolve) => {
      model.once('close', () => resolve())
      model.close().catch(() => resolve())
    })
    given.cancel()
  }

  private async connect(url: string, deadlineMs: number): Promise<void> {
    const { runtime, connectTimeoutMs } = this.options
    const timeoutMs = Math.max(1, Math.min(connectTimeoutMs, deadlineMs))
    const model = await dial(url, { ...this.options, connectTimeoutMs: timeoutMs }, runtime.clock)
    if (this.closing.signal.aborted) {
      kill(model)
      throw coreFault('GULO_STOPPED', { component: 'rabbitmq' })
    }
    this.adopt(model)
  }

  private adopt(model: ChannelModel): void {
    let cause: unknown
    model.on('error', (error) => (cause = error))
    model.on('blocked', (reason) => this.block(reason))
    model.on('unblocked', () => this.unblock())
    model.on('close', (error) => this.lost(model, error ?? cause))
    bundleWrites(model)
    this.model = model
    this.trouble = undefined
    this.blocked = false
    this.backoff.up()
    for (const resolve of [...this.waiting]) resolve()
  }

  private lost(model: ChannelModel, error: unknown): void {
    if (this.model !== model) return
    this.model = undefined
    this.trouble = `the connection was lost: ${reasonOf(error ?? 'closed')}`
    this.options.logger.warn(`rabbitmq: ${this.trouble}; connecting again`)
    void this.reopen()
  }

  private async reopen(): Promise<void> {
    const { runtime, connectTimeoutMs } = this.options
    while (!this.closing.signal.aborted) {
      await sleep(runtime.clock, this.backoff.next(), this.closing.signal)
      if (this.closing.signal.aborted) return
      try {
        return await this.connect(this.nextUrl(), connectTimeoutMs)
      } catch (error) {
        this.trouble = `no connection: ${refusalIn(error) ?? reasonOf(error)}`
      }
    }
  }

  private block(reason: string): void {
    this.blocked = true
    this.trouble = `the broker takes no messages: ${reason}`
    this.options.logger.warn(`rabbitmq: ${this.trouble}`)
  }

  private unblock(): void {
    this.blocked = false
    this.trouble = undefined
    for (const action of this.unblockings) action()
  }

  private nextUrl(): string {
    const { urls } = this.options
    return urls[this.attempts++ % urls.length] as string
  }

  private unreachable(deadlineMs: number, error: unknown): Error {
    const url = this.options.urls.map(hideSecrets).join(', ')
    return rabbitFault('RABBITMQ_UNREACHABLE', { url, deadlineMs, reason: reasonOf(error) }, error)
  }
}
