import { isRetryable, reasonOf } from '../errors.js'
import { fault, reportFaults } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { consoleLogger, type Logger, type Observer, observe, shielded } from '../message/signals.js'
import { withDeadline } from '../runtime/clock.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import type { Publisher, StopOptions } from '../transport/transport.js'
import { byTopic } from './by-topic.js'
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
  /** What the outbox could not be told yet; until it is, it counts these entries as in hand. */
  private readonly owed: (() => Promise<void>)[] = []
  /** Topics whose last publish failed. */
  private readonly ill = new Set<string>()
  private wake: (() => void) | undefined
  private woken = false
  private failures = 0
  private stopping = false
  private running: Promise<void> | undefined
  private unregister: (() => void) | undefined

  /** @throws GULO_CONFIGURATION_INVALID */
  constructor(given: RelayOptions) {
    const { runtime = createRuntime(), batchSize = 500, maxPollMs = 250, drain = false, ...more } = given ?? {}
    const { observers = [], logger = consoleLogger, outbox, publisher } = more
    reportFaults('the relay', [
      ...(outbox ? [] : ['outbox is missing: give it the one of the store.']),
      ...(publisher ? [] : ['publisher is missing: give it the transport.']),
      ...(Number.isInteger(batchSize) && batchSize > 0
        ? []
        : [`batchSize is ${batchSize}: use a whole number above 0.`]),
    ])
    this.options = { outbox, publisher, runtime, batchSize, maxPollMs, drain, logger: shielded(logger) }
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
        await this.rest(this.failures > 0 ? Math.min(100 * 2 ** (this.failures - 1), MAX_BACKOFF_MS) : idleMs)
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
      for (let tell = this.owed[0]; tell !== undefined; tell = this.owed[0]) {
        await tell()
        this.owed.shift()
      }
      const entries = await this.options.outbox.claim(this.options.batchSize)
      const outcomes = await Promise.all(byTopic(entries).map((group) => this.send(group)))
      // Where one topic goes and another does not, the wait stays short: the one must not suffer for the other.
      if (outcomes.includes(false)) this.failures = outcomes.includes(true) ? 1 : this.failures + 1
      else this.failures = this.owed.length
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
      const [sent, failed] = [true, false].map((is) => entries.filter((entry) => unsent.has(entry.envelope) !== is))
      this.say(failed as OutboxEntry[], error)
      if (sent && sent.length > 0) await this.settle(sent)
      await this.tell(() => outbox.fail(failed as OutboxEntry[], error))
      // What no retry can help is parked, and the topic is as well as before.
      return !isRetryable(error)
    }
    this.ill.delete(entries[0]?.envelope.topic as string)
    await this.settle(entries)
    return true
  }

  private async settle(entries: readonly OutboxEntry[]): Promise<void> {
    await this.tell(() => this.options.outbox.settle(entries))
    if (this.observer !== undefined) {
      for (const { envelope } of entries) this.observer({ kind: 'published', envelope })
    }
  }

  /** Tells the outbox, or remembers to do so: it gives no key to anybody while it believes it in hand. */
  private async tell(what: () => Promise<void>): Promise<void> {
    try {
      await what()
    } catch (error) {
      this.owed.push(what)
      this.options.logger.error('the relay could not tell its outbox what became of a batch; it will again', error)
    }
  }

  private say([first, ...others]: readonly OutboxEntry[], error: unknown): void {
    if (first === undefined) return
    const { logger } = this.options
    const { topic } = first.envelope
    const what = `${others.length + 1} ${others.length === 0 ? 'event' : 'events'} of ${topic} could not be published`
    if (!isRetryable(error)) logger.error(`${what}, and no retry can help: ${reasonOf(error)}`, error)
    else if (!this.ill.has(topic)) logger.warn(`${what} and will be tried again: ${reasonOf(error)}`)
    if (isRetryable(error)) this.ill.add(topic)
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
