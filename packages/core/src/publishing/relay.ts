import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { consoleLogger, type Logger, type Observer, observe } from '../message/signals.js'
import { withDeadline } from '../runtime/clock.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import type { Publisher, StopOptions } from '../transport/transport.js'
import { unsentOf } from './event-publishing.js'
import type { CommitSignal, Outbox, OutboxEntry } from './outbox.js'

export interface RelayOptions {
  readonly outbox: Outbox & Partial<CommitSignal>
  readonly publisher: Publisher
  readonly runtime?: Runtime
  /** Entries claimed at once. @default 500 */
  readonly batchSize?: number
  /** The longest wait for a look at an idle outbox, in milliseconds; the shortest is 5. @default 250 */
  readonly maxPollMs?: number
  /** Whether stop publishes what is left first, for an outbox that does not outlive the process. @default false */
  readonly drain?: boolean
  /** Are told of what is published, and of failures. @default nobody */
  readonly observers?: readonly Observer[]
  /** @default warnings and errors on standard error */
  readonly logger?: Logger
}

const MIN_POLL_MS = 5
const MAX_BACKOFF_MS = 5000

/** Empties an outbox: claim, publish, settle. Woken by commits of this process, else by an adaptive poll. */
export class Relay {
  private readonly options: Required<Omit<RelayOptions, 'observers'>>
  private readonly observer: Observer | undefined
  private wake: (() => void) | undefined
  private woken = false
  private failures = 0
  private stopping = false
  private running: Promise<void> | undefined
  private unregister: (() => void) | undefined

  constructor({
    runtime = createRuntime(),
    batchSize = 500,
    maxPollMs = 250,
    drain = false,
    observers = [],
    logger = consoleLogger,
    ...ports
  }: RelayOptions) {
    this.options = { ...ports, runtime, batchSize, maxPollMs, drain, logger }
    this.observer = observe(observers)
  }

  /** Starts to relay. @throws GULO_ALREADY_STARTED */
  start(): void {
    if (this.running) throw fault('GULO_ALREADY_STARTED', { component: 'The relay' })
    this.unregister = this.options.outbox.onCommit?.(() => this.signal())
    this.running = this.loop()
  }

  /** Ends after the batch in flight. @throws GULO_STOP_DEADLINE */
  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    if (this.running === undefined) return
    this.stopping = true
    this.unregister?.()
    this.signal()
    const late = () =>
      fault('GULO_STOP_DEADLINE', { component: 'The relay', deadlineMs, pending: 'a batch is being published' })
    await withDeadline(this.options.runtime.clock, deadlineMs, this.running, late)
  }

  private signal(): void {
    this.woken = true
    this.wake?.()
  }

  private async loop(): Promise<void> {
    let idleMs = MIN_POLL_MS
    while (!this.stopping) {
      this.woken = false
      const count = await this.round()
      if (count > 0 && this.failures === 0) idleMs = MIN_POLL_MS
      else if (!this.stopping) {
        await this.rest(this.failures > 0 ? Math.min(100 * 2 ** this.failures, MAX_BACKOFF_MS) : idleMs)
        idleMs = Math.min(idleMs * 2, this.options.maxPollMs)
      }
    }
    if (this.options.drain) await this.drain()
  }

  // Ends at the first failure: a broker that is gone must not hold up the end of the service.
  private async drain(): Promise<void> {
    let count = 1
    while (count > 0 && this.failures === 0) count = await this.round()
  }

  /** One claim and what follows from it; answers how many entries were claimed. */
  private async round(): Promise<number> {
    try {
      const entries = await this.options.outbox.claim(this.options.batchSize)
      const outcomes = await Promise.all(byTopic(entries).map((group) => this.send(group)))
      this.failures = outcomes.includes(false) ? this.failures + 1 : 0
      return entries.length
    } catch (error) {
      this.failures++
      this.options.logger.error('the relay could not read or settle its outbox', error)
      return 0
    }
  }

  // A topic at a time: one that fails keeps its entries and holds up no other.
  private async send(entries: readonly OutboxEntry[]): Promise<boolean> {
    const { publisher, outbox } = this.options
    try {
      await publisher.publish(entries.map((entry) => entry.envelope))
    } catch (error) {
      this.observer?.({ kind: 'publish-failed', count: entries.length, error })
      const unsent = new Set<Envelope>(unsentOf(error) ?? entries.map((entry) => entry.envelope))
      const sent = entries.filter((entry) => !unsent.has(entry.envelope))
      if (sent.length > 0) await this.settle(sent)
      await outbox.fail(
        entries.filter((entry) => unsent.has(entry.envelope)),
        error,
      )
      return false
    }
    await this.settle(entries)
    return true
  }

  private async settle(entries: readonly OutboxEntry[]): Promise<void> {
    await this.options.outbox.settle(entries)
    if (this.observer !== undefined) {
      for (const { envelope } of entries) this.observer({ kind: 'published', envelope })
    }
  }

  /** Waits until something is committed or `delayMs` have passed; after a failure commits do not shorten the wait. */
  private rest(delayMs: number): Promise<void> {
    if (this.stopping || (this.woken && this.failures === 0)) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        if (this.failures > 0 && !this.stopping && !due) return
        timer.cancel()
        this.wake = undefined
        resolve()
      }
      let due = false
      const timer = this.options.runtime.clock.after(
        delayMs,
        () => {
          due = true
          done()
        },
        { background: true },
      )
      this.wake = done
    })
  }
}

function byTopic(entries: readonly OutboxEntry[]): readonly (readonly OutboxEntry[])[] {
  const groups = new Map<string, OutboxEntry[]>()
  for (const entry of entries) {
    const group = groups.get(entry.envelope.topic)
    if (group) group.push(entry)
    else groups.set(entry.envelope.topic, [entry])
  }
  return [...groups.values()]
}
