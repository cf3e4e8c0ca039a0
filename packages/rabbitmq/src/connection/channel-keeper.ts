import { GuloError, type Runtime, sleep, withDeadline } from '@gulo/core'
import type { Channel, ChannelModel } from 'amqplib'
import { hideSecrets } from '../config/url.js'
import { rabbitFault, reasonOf } from '../faults.js'
import { Backoff } from './backoff.js'
import type { Link } from './link.js'

/** What is done with a channel that is kept open. */
export interface ChannelOwner<C extends Channel> {
  /** Opens it. */
  open(model: ChannelModel): Promise<C>
  /** Prepares it for use; an error closes it and makes another one. */
  prepare(channel: C): Promise<void>
  /** Is told that it can be used. */
  ready(channel: C): void
  /** Is told that it can be used no longer; the error is the broker's, if it gave one. */
  lost(error: unknown): void
  /** Is told that another one could not be had. */
  failed(error: unknown): void
}

/** Keeps one channel open: after a loss it waits for the connection and opens and prepares another, with pauses between. */
export class ChannelKeeper<C extends Channel> {
  channel: C | undefined
  private readonly closing = new AbortController()
  private readonly backoff: Backoff

  constructor(
    private readonly link: Link,
    private readonly owner: ChannelOwner<C>,
    private readonly runtime: Runtime,
  ) {
    const { initialDelayMs, maxDelayMs } = link.options
    this.backoff = new Backoff(initialDelayMs, maxDelayMs, runtime)
  }

  /** Opens the first channel, trying again until the deadline of starting. @throws RABBITMQ_UNREACHABLE, or the owner's error */
  async start(): Promise<void> {
    const { startDeadlineMs: deadlineMs, urls } = this.link.options
    let last: unknown = 'no connection'
    const late = () => {
      this.closing.abort()
      return rabbitFault(
        'RABBITMQ_UNREACHABLE',
        { url: urls.map(hideSecrets).join(', '), deadlineMs, reason: reasonOf(last) },
        last,
      )
    }
    const opening = this.openSoon((error) => {
      if (GuloError.is(error)) throw error
      last = error
    })
    await withDeadline(this.runtime.clock, deadlineMs, opening, late)
  }

  private async openSoon(failed: (error: unknown) => void): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        return await this.open()
      } catch (error) {
        if (!this.closing.signal.aborted) failed(error)
      }
      await sleep(this.runtime.clock, this.backoff.next(), this.closing.signal)
    }
  }

  private async open(): Promise<void> {
    const model = await this.link.current(this.closing.signal)
    if (model === undefined) return
    const channel = await this.owner.open(model)
    let cause: unknown
    let open = true
    channel.on('error', (error) => (cause = error))
    channel.on('close', () => {
      open = false
      if (this.channel === channel) this.lost(cause)
    })
    try {
      await this.owner.prepare(channel)
    } catch (error) {
      closeQuietly(channel)
      throw error
    }
    if (this.closing.signal.aborted) return closeQuietly(channel)
    if (!open) throw cause ?? new Error('the channel was closed')
    this.channel = channel
    this.backoff.up()
    this.owner.ready(channel)
  }

  /** Gives the current channel up for another one. */
  renew(): void {
    if (this.channel !== undefined) closeQuietly(this.channel)
  }

  /** Closes for good. Resolves once the broker has said so; what was sent before has then reached it. */
  async close(): Promise<void> {
    const { channel } = this
    this.closing.abort()
    this.channel = undefined
    if (channel !== undefined) await closed(channel)
  }

  private lost(error: unknown): void {
    this.channel = undefined
    this.owner.lost(error)
    void this.reopen()
  }

  private async reopen(): Promise<void> {
    await sleep(this.runtime.clock, this.backoff.next(), this.closing.signal)
    await this.openSoon((error) => this.owner.failed(error))
  }
}

/** Runs `work` on a channel of its own, so that a refusal closes no other. */
export async function onOwnChannel<T>(model: ChannelModel, work: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await model.createChannel()
  // Without a listener the error would be thrown; the work rejects with it.
  channel.on('error', () => undefined)
  try {
    return await work(channel)
  } finally {
    closeQuietly(channel)
  }
}

/** Closes what may be closed already. */
function closeQuietly(channel: Channel): void {
  channel.close().catch(() => undefined)
}

// When the connection breaks meanwhile, amqplib's own promise stays open; the event comes in any case.
function closed(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    channel.once('close', () => resolve())
    channel.close().catch(() => resolve())
  })
}
