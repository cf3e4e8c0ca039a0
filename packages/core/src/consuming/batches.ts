import type { Message } from '../message/message.js'
import type { UnitOfWork } from '../publishing/unit-of-work.js'
import type { ReceivedMessage } from '../transport/transport.js'
import type { Arrival } from './arrival.js'
import { checkEnabled, handled } from './attempts.js'
import type { Outcome } from './batch-lanes.js'
import type { BatchSize } from './batch-size.js'
import type { ConsumerParts, Task } from './consumer-parts.js'
import { consumerName } from './failure.js'
import { type Done, handleWithin } from './handle-once.js'
import type { BatchAttemptLog, BatchInbox, BatchWork, InboxMessage } from './inbox.js'

/** What batches need of a store. */
export interface BatchStore {
  /** Without one the positions in the partitions say what is done. */
  readonly inbox: BatchInbox | undefined
  readonly unitOfWork: UnitOfWork
  readonly attemptLog: BatchAttemptLog | undefined
}

/** A message that is to be handled together with others. */
interface Member {
  readonly arrival: Arrival
  readonly tasks: readonly Task[]
  outcome: Outcome
}

/** The handler runs that stand for a message, each with the name under which the inbox knows it. */
interface Entry extends InboxMessage {
  readonly task: Task
  done: Done
}

/**
 * Handles many messages in one transaction: all are entered into the inbox at once, their handlers run one after the
 * other, and what these raise is stored with the one commit. What cannot go together, or has not gone well, is answered
 * as to be done alone: then nothing of it has taken effect in the store.
 */
export class Batches {
  constructor(
    private readonly parts: ConsumerParts,
    private readonly store: BatchStore,
    private readonly size: BatchSize,
  ) {}

  /** @throws what ends a batch as a whole: then nothing of it is done. */
  async handle(arrivals: readonly Arrival[]): Promise<readonly Outcome[]> {
    const members = await this.membersOf(arrivals)
    const fit = members.filter((each) => each.outcome === 'done')
    const entries = fit.flatMap((each) => entriesOf(this.parts.group, each))
    if (entries.length === 0) return members.map((each) => each.outcome)
    // A message that came twice is one attempt.
    const attempts = distinct(entries)
    if (!(await this.begin(attempts))) return arrivals.map(() => 'alone')
    try {
      const seenTo = await this.transact(fit, entries)
      for (const { task, done } of entries.slice(0, seenTo)) handled(this.parts, task, done)
    } catch (error) {
      this.size.failed()
      this.parts.positions?.failed(fit.map(({ arrival }) => arrival.message))
      throw error
    } finally {
      await this.store.attemptLog?.endEach(attempts)
    }
    return members.map((each) => each.outcome)
  }

  /** Reads the data of each; what has to be done alone takes along what is behind it in its key. */
  private async membersOf(arrivals: readonly Arrival[]): Promise<readonly Member[]> {
    const { gate, stopping } = this.parts
    const apart = new Set<string>()
    const members: Member[] = []
    for (const arrival of arrivals) {
      const { lane } = arrival
      const isApart = !gate.open || stopping.aborted || (lane !== undefined && apart.has(lane))
      const tasks = isApart ? undefined : await this.tasksOf(arrival)
      if (tasks === undefined && lane !== undefined) apart.add(lane)
      members.push({ arrival, tasks: tasks ?? [], outcome: tasks === undefined ? 'alone' : 'done' })
    }
    return members
  }

  /** One for each handler; `undefined` when the message is none for a batch, for a reason that it will meet alone again. */
  private async tasksOf({ messageClass, envelope, message, handlers }: Arrival): Promise<readonly Task[] | undefined> {
    try {
      const event = (await this.parts.decode(messageClass, envelope.payload)) as Message
      if (event === undefined) return undefined
      for (const handler of handlers) checkEnabled(handler, event)
      const common = { event, envelope, message, attempt: 1, firstFailedAt: undefined, replayCount: 0, isFirst: true }
      const tasks = handlers.map((handler) => ({ ...common, handler }))
      if ((await this.parts.positions?.isDone(message)) !== true) return tasks
      for (const task of tasks) handled(this.parts, task, 'duplicate')
      return []
    } catch {
      return undefined
    }
  }

  /**
   * Counts an attempt of each; answers whether all are new. Where one has ended the process before, each is to be
   * counted by itself, or the others would be taken for poison with it.
   */
  private async begin(entries: readonly Entry[]): Promise<boolean> {
    const { attemptLog } = this.store
    if (attemptLog === undefined) return true
    const counts = await attemptLog.beginEach(entries)
    if (counts.every((count) => count <= 1)) return true
    await attemptLog.withdrawEach(entries)
    return false
  }

  /** Answers how many entries, from the first, have been seen to; the members of the others are to come later. */
  private async transact(members: readonly Member[], entries: readonly Entry[]): Promise<number> {
    const { inbox, unitOfWork } = this.store
    const { positions, runtime } = this.parts
    const { clock } = runtime
    const context = this.parts.mediator.createContext()
    let seenTo: number | undefined
    await unitOfWork.run(context, () => {
      // A unit of work that has met a conflict runs its work again: alone there are fewer to meet.
      if (seenTo !== undefined) return Promise.reject(new Error('the batch has met a conflict'))
      seenTo = 0
      const { transaction } = context
      const enteredAt = clock.monotonic()
      const work: BatchWork = async (isNew) => {
        for (const [index, entry] of entries.entries()) entry.done = isNew[index] === true ? 'done' : 'duplicate'
        seenTo = await this.runAll(members, entries, transaction, clock.monotonic() - enteredAt)
        await positions?.advance(handledIn(members), transaction)
        return seenTo
      }
      return inbox === undefined
        ? work(entries.map(() => true)).then(() => undefined)
        : inbox.onceEach(entries, transaction, work)
    })
    positions?.committed(handledIn(members))
    return seenTo ?? 0
  }

  private async runAll(
    members: readonly Member[],
    entries: readonly Entry[],
    transaction: unknown,
    entryMs: number,
  ): Promise<number> {
    const { clock } = this.parts.runtime
    const startedAt = clock.monotonic()
    let seenTo = 0
    let count = 0
    for (const member of members) {
      if (count > 0 && clock.monotonic() - startedAt > this.size.maxMs) member.outcome = 'later'
      if (member.outcome === 'later') continue
      for (const entry of entries.slice(seenTo, seenTo + member.tasks.length)) {
        if (entry.done === 'done') entry.done = await handleWithin(this.parts, entry.task, transaction)
      }
      seenTo += member.tasks.length
      count++
    }
    this.size.succeeded(count, clock.monotonic() - startedAt, entryMs)
    return seenTo
  }
}

function entriesOf(group: string, { tasks }: Member): Entry[] {
  return tasks.map((task) => {
    return { consumer: consumerName(group, task.handler.name), messageId: task.envelope.id, task, done: 'done' }
  })
}

function handledIn(members: readonly Member[]): readonly ReceivedMessage[] {
  return members
    .filter(({ outcome, tasks }) => outcome === 'done' && tasks.length > 0)
    .map(({ arrival }) => arrival.message)
}

function distinct(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((each) => [JSON.stringify([each.consumer, each.messageId]), each])).values()]
}
