import { isRetryable } from '../errors.js'
import { fault, reportFaults } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { consoleLogger, type Logger, type Observer, observe, shielded } from '../message/signals.js'
import { withDeadline } from '../runtime/clock.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import type { Publisher, StopOptions } from '../transport/transport.js'
import { byError, byTopic } from './by-topic.js'
import { Nap } from './nap.js'
import type { CommitSignal, Outbox, OutboxEntry } from './outbox.js'
import { RelayComplaints } from './relay-complaints.js'
import { TopicBreakers } from './topic-breakers.js'
import { Underway } from './underway.js'
import { type KeepUnsent, keepAll, unsentOf } from './unsent.js'

export interface RelayOptions {
  readonly outbox: Outbox & Partial<CommitSignal>
  readonly publisher: Publisher
  readonly runtime?: Runtime
  /** Entries claimed at once. @default 500 */
  readonly batchSize?: number
  /** The longest wait for a look at an idle outbox, in milliseconds; the shortest is 5. @default 250 */
  readonly maxPollMs?: number
  /** Keeps what no retry can help, instead of the outbox, which would park it. @default none */
  readonly keepUnsent?: KeepUnsent | undefined
  /** How long the other topics wait for one whose batch is on its way, in milliseconds. @default 1000 */
  readonly slowTopicMs?: number
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
  private readonly options: Required<Omit<RelayOptions, 'observers' | 'keepUnsent'>>
  private readonly keepUnsent: KeepUnsent | undefined
  private readonly observer: Observer | undefined
  /** What the outbox could not be told yet; until it is, it counts these entries as in hand. */
  private readonly owed: (() => Promise<void>)[] = []
  private readonly complaints: RelayComplaints
  private readonly breakers: TopicBreakers
  private readonly nap: Nap
  private readonly underway: Underway
  /** Rounds in a row that could not read or settle the outbox. */
  private failures = 0
  private stopping = false
  private running: Promise<void> | undefined
  private unregister: (() => void) | undefined

  /** @throws GULO_CONFIGURATION_INVALID */
  constructor(given: RelayOptions) {
    const {
      runtime = createRuntime(),
      batchSize = 500,
      maxPollMs = 250,
      slowTopicMs = 1000,
      drain = false,
      ...more
    } = given ?? {}
    const { observers = [], logger = consoleLogger, outbox, publisher } = more
    reportFaults('the relay', [
      ...(outbox ? [] : ['outbox is missing: give it the one of the store.']),
      ...(publisher ? [] : ['publisher is missing: give it the transport.']),
      ...(Number.isInteger(batchSize) && batchSize > 0
        ? []
        : [`batchSize is ${batchSize}: use a whole number above 0.`]),
    ])
    this.options = { outbox, publisher, runtime, batchSize, maxPollMs, slowTopicMs, drain, logger: shielded(logger) }
    this.breakers = new TopicBreakers(runtime.clock)
    this.nap = new Nap(runtime.clock)
    this.underway = new Underway(runtime.clock, slowTopicMs)
    this.keepUnsent = more.keepUnsent
    this.complaints = new RelayComplaints(this.options.logger)
    this.observer = observe(observers)
  }

  /** Starts to relay. @throws GULO_ALREADY_STARTED */
  start(): void {
    if (this.running) throw fault('GULO_ALREADY_STARTED', { component: 'The relay' })
    this.unregister = this.options.outbox.onCommit?.(() => this.nap.wake())
    this.running = this.loop()
  }

  /** Ends after the batch in flight. @throws GULO_STOP_DEADLINE */
  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    if (this.running === undefined) return
    this.stopping = true
    this.unregister?.()
    this.nap.end()
    const late = () =>
      fault('GULO_STOP_DEADLINE', { component: 'The relay', deadlineMs, pending: 'a batch is being published' })
    await withDeadline(this.options.runtime.clock, deadlineMs, this.running, late)
  }

  private async loop(): Promise<void> {
    let idleMs = MIN_POLL_MS
    while (!this.stopping) {
      this.nap.forget()
      const went = await this.round()
      if (went) idleMs = MIN_POLL_MS
      else if (this.failures > 0) await this.nap.sleep(Math.min(100 * 2 ** (this.failures - 1), MAX_BACKOFF_MS))
      else {
        await this.nap.doze(Math.min(idleMs, this.breakers.nextInMs() ?? idleMs))
        idleMs = Math.min(idleMs * 2, this.options.maxPollMs)
      }
    }
    if (this.options.drain) await this.drain()
    await this.underway.done()
  }

  // Ends at the first failure: a broker that is gone must not hold up the end of the service.
  private async drain(): Promise<void> {
    while (await this.round());
  }

  /** One claim and what follows from it; answers whether there was something and not all of it was refused. */
  private async round(): Promise<boolean> {
    try {
      for (let tell = this.owed[0]; tell !== undefined; tell = this.owed[0]) {
        await tell()
        this.owed.shift()
      }
      const entries = await this.options.outbox.claim(this.options.batchSize, this.breakers.leftOut())
      const outcomes: boolean[] = []
      const sends = byTopic(entries).map(async (group) => outcomes.push(await this.send(group)))
      // When it ends there is nothing that comes next.
      await this.underway.wait(sends, this.stopping)
      this.failures = this.owed.length
      const refused = outcomes.includes(false) && (this.stopping || !outcomes.includes(true))
      return entries.length > 0 && this.failures === 0 && !refused
    } catch (error) {
      this.failures++
      this.options.logger.error('the relay could not read or settle its outbox', error)
      return false
    }
  }

  // A topic at a time: one that fails keeps its entries and holds up no other.
  private async send(entries: readonly OutboxEntry[]): Promise<boolean> {
    const { publisher } = this.options
    const topic = entries[0]?.envelope.topic as string
    const envelopes = entries.map((entry) => entry.envelope)
    this.breakers.begin(topic)
    try {
      await publisher.publish(envelopes)
    } catch (error) {
      this.observer?.({ kind: 'publish-failed', count: entries.length, error })
      const errors = new Map(unsentOf(error, envelopes).map((each): [Envelope, unknown] => [each.envelope, each.error]))
      const sent = entries.filter(({ envelope }) => !errors.has(envelope))
      if (sent.length > 0) await this.settle(sent)
      const failed = byError(entries, errors)
      // What no retry can help is parked or kept, and the topic is as well as before.
      const well = ![...failed.keys()].some(isRetryable)
      this.breakers.end(topic, well)
      for (const [cause, theirs] of failed) await this.giveUp(theirs, cause)
      return well
    }
    this.breakers.end(topic, true)
    this.complaints.published(topic)
    await this.settle(entries)
    return true
  }

  /** Gives entries back that failed with `error`, but for those that no retry can help and that are kept elsewhere. */
  private async giveUp(entries: readonly OutboxEntry[], error: unknown): Promise<void> {
    this.complaints.failed(entries, error)
    const keep = isRetryable(error) ? undefined : this.keepUnsent
    const unsent = entries.map(({ envelope }) => ({ envelope, error }))
    const lost = new Set((keep ? await keepAll(keep, unsent) : unsent).map(({ envelope }) => envelope))
    const [kept, left] = [false, true].map((is) => entries.filter(({ envelope }) => lost.has(envelope) === is))
    if (kept?.length) await this.tell(() => this.options.outbox.settle(kept))
    if (left?.length) await this.tell(() => this.options.outbox.fail(left, error))
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
}
