import { type Logger, type Runtime, sleep, type Timer } from '@gulo/core'
import type { KafkaClient, KafkaFailure } from '../client/client.js'
import { isSpoilt, verdictOf } from '../client/verdict.js'
import { reasonOf } from '../faults.js'
import type { TopicTable } from '../topics/topic-table.js'
import { attempt, UNANSWERED } from './attempt.js'
import { isBewildered, rejection } from './conclusions.js'
import { formGroups, type Group } from './groups.js'
import type { Batch, PartitionLine } from './partition-line.js'
import { type LiveSession, SessionKeeper } from './session-keeper.js'

export interface DispatcherOptions {
  readonly client: KafkaClient
  readonly topics: TopicTable
  readonly runtime: Runtime
  readonly logger: Logger
  readonly batchSize: number
  readonly maxBatchBytes: number
  /** How long a message waits for company, in milliseconds. */
  readonly lingerMs: number
  readonly connectDeadlineMs: number
  /** Records of one partition after which a session is replaced. @default 2^31 less a million */
  readonly maxSequence?: number
}

// kafkajs starts again at 0 after 2^31 records but forgets the remainder; no session may get that far.
const MAX_SEQUENCE = 2 ** 31 - 1_000_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000

/**
 * Sends what waits in the partition lines: one request under way for each leader, with one batch of each of its idle
 * partitions. What fails goes again alone and unchanged, before anything newer of its partition.
 */
export class Dispatcher {
  lastFailure = 'none'
  readonly keeper: SessionKeeper
  private readonly options: DispatcherOptions
  private readonly ready = new Set<PartitionLine>()
  private readonly underWay = new Set<PartitionLine>()
  private readonly busyLeaders = new Set<number>()
  private pumpIsDue = false
  private offered = 0
  private linger: Timer | undefined

  constructor(options: DispatcherOptions) {
    this.options = options
    this.keeper = new SessionKeeper({
      ...options,
      onOpen: () => this.pumpSoon(),
      onFailure: (error) => this.note(error),
    })
  }

  /** Says that a line has something to send. */
  offer(line: PartitionLine): void {
    this.ready.add(line)
    this.offered += 1
    const { lingerMs, batchSize, runtime } = this.options
    if (lingerMs === 0 || this.offered >= batchSize) this.pumpSoon()
    else this.linger ??= runtime.clock.after(lingerMs, () => this.pumpSoon())
  }

  /** Gives up records that have been settled from outside: a batch that holds one of them ends its session. */
  abandon(): void {
    const session = this.keeper.current
    const stale = [...this.underWay].some((line) => line.current?.items.some(({ settled }) => settled))
    if (session !== undefined && stale) this.kill(session, 'the deadline of a publication has passed')
  }

  /** Ends the session, waiting for the broker's goodbye only when nothing is under way. */
  async stop(graceful: boolean): Promise<void> {
    this.linger?.cancel()
    await this.keeper.stop(graceful)
  }

  /** Collects what is asked for in this turn, so that concurrent callers share a request. */
  private pumpSoon(): void {
    if (this.pumpIsDue) return
    this.pumpIsDue = true
    queueMicrotask(() => {
      this.pumpIsDue = false
      this.pump()
    })
  }

  private pump(): void {
    this.offered = 0
    this.linger?.cancel()
    this.linger = undefined
    const session = this.keeper.current
    if (session === undefined) return
    if (session.retiring) {
      if (this.underWay.size === 0) this.keeper.retire(session)
      return
    }
    const { topics, batchSize, maxBatchBytes } = this.options
    for (const group of formGroups(this.ready, topics, this.busyLeaders, batchSize, maxBatchBytes)) {
      for (const { line } of group.batches) this.underWay.add(line)
      void this.send(group, session)
    }
  }

  private async send({ leader, batches }: Group, session: LiveSession): Promise<void> {
    if (leader !== undefined) this.busyLeaders.add(leader)
    const { stored, failure } = await attempt(session.producer, batches)
    if (!session.alive) return
    if (leader !== undefined) this.busyLeaders.delete(leader)
    for (const batch of batches) {
      if (stored.has(batch)) this.settle(batch, session)
      else void this.sendAgain(batch, session, failure, batches.length === 1)
    }
    this.pumpSoon()
  }

  /** Sends one batch alone until its fate is known. */
  private async sendAgain(batch: Batch, session: LiveSession, first: KafkaFailure, alone: boolean): Promise<void> {
    const { clock, random } = this.options.runtime
    let failure = first
    let pauseMs = 0
    for (let tries = 0; ; tries++) {
      this.note(failure)
      if ((alone || tries > 0) && this.conclude(batch, session, failure)) return
      batch.earlier.push(failure)
      if (pauseMs > 0) await sleep(clock, pauseMs * (0.5 + random.next()))
      pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
      if (session.alive) await this.options.topics.refresh(batch.topic).catch((error) => this.note(error))
      if (!session.alive) return
      const outcome = await attempt(session.producer, [batch])
      if (!session.alive) return
      if (outcome.stored.has(batch)) return this.settle(batch, session)
      failure = outcome.failure
    }
  }

  /** Whether the answer to a batch sent alone ends it, or the session with it. */
  private conclude(batch: Batch, session: LiveSession, failure: KafkaFailure): boolean {
    const verdict = verdictOf(failure)
    if (verdict === 'fatal') this.kill(session, failure.message)
    else if (verdict === 'permanent') this.reject(batch, session, failure)
    else if (!isBewildered(batch, failure)) return false
    else if (failure !== UNANSWERED && this.options.topics.known(batch.topic) === undefined) {
      session.retiring = true
      this.reject(batch, session, failure)
    } else this.kill(session, failure.message)
    return true
  }

  private settle(batch: Batch, session: LiveSession): void {
    const { line, items } = batch
    line.current = undefined
    for (const item of items) item.stored()
    const limit = this.options.maxSequence ?? MAX_SEQUENCE
    if (session.count(line, items.length) >= limit) session.retiring = true
    this.release(line)
  }

  /** Rejects the messages of a batch that the broker will never take, or tries its halves. */
  private reject(batch: Batch, session: LiveSession, failure: KafkaFailure): void {
    const { line, items } = batch
    // Had an earlier attempt been stored unseen, the next batch would be taken for its repetition and swallowed.
    if (batch.earlier.some(({ code }) => code !== failure.code)) session.retiring = true
    if (isSpoilt(failure) && items.length > 1) {
      const middle = Math.ceil(items.length / 2)
      line.putBack([items.slice(0, middle), items.slice(middle)])
    } else {
      line.current = undefined
      for (const item of items) item.fail(rejection(batch, failure))
    }
    this.release(line)
  }

  private release(line: PartitionLine): void {
    this.underWay.delete(line)
    if (line.hasWork) this.ready.add(line)
    this.pumpSoon()
  }

  /** Cuts the session off; everything that was under way goes first on the next one. */
  private kill(session: LiveSession, reason: string): void {
    this.options.logger.warn(`the Kafka producer is replaced: ${reason}`)
    for (const line of this.underWay) {
      if (line.current !== undefined) line.putBack([line.current.items])
      this.ready.add(line)
    }
    this.underWay.clear()
    this.busyLeaders.clear()
    this.keeper.kill(session)
  }

  private note(error: unknown): void {
    this.lastFailure = reasonOf(error)
  }
}
