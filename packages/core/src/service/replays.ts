import type { Consumer } from '../consuming/consumer.js'
import { checkFilter } from '../consuming/dead-letter-checks.js'
import { deadLetterCursor } from '../consuming/dead-letter-cursor.js'
import type { DeadLetterAbilities, DeadLetterFilter, Operator } from '../consuming/dead-letter-ports.js'
import type { DeadLetter, DeadLetters } from '../consuming/dead-letters.js'
import { reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import { describeValue } from '../message/message.js'
import type { Runtime } from '../runtime/runtime.js'
import type { Publisher } from '../transport/transport.js'
import { pacer } from './pacer.js'
import { sendAgain } from './replay.js'

export interface ReplayManyOptions extends Operator {
  /** How many letters at most. @default all that match */
  readonly limit?: number
  /** How many are begun in one second. @default 100 */
  readonly perSecond?: number
  /** Ends the run; what is in hand is finished. @default never */
  readonly signal?: AbortSignal
}

export interface ReplayReport {
  /** Handled, or set aside once more as new letters. */
  readonly replayed: number
  /** Not given to any handler: they are new letters as before. */
  readonly failed: number
  /** Why, for the first of them. */
  readonly errors: readonly { readonly id: string; readonly error: string }[]
}

interface ReplayParts {
  readonly service: string
  readonly deadLetters: (DeadLetters & Partial<DeadLetterAbilities>) | undefined
  readonly consumers: readonly Consumer[]
  readonly publisher: Publisher | undefined
  readonly runtime: Runtime
  /** Is told when a letter holds its key no more. */
  readonly settled: () => void
}

const BATCH = 20
const CLAIM_MS = 30_000
const TOLD_ERRORS = 20

/** Replays letters, each by one operator at a time. */
export class Replays {
  private readonly owner: string
  /** Whoever replays a letter that is being replayed here gets the same outcome: it is handled once. */
  private readonly running = new Map<string, Promise<DeadLetter>>()

  constructor(private readonly parts: ReplayParts) {
    this.owner = parts.runtime.newId()
  }

  /** Gives one letter to its handler, or to the broker, whatever its status. */
  one(id: string, by: Operator): Promise<DeadLetter> {
    return this.shared(id, () => this.replayOne(id, by))
  }

  /** Gives all letters that match to their handlers, oldest first. */
  async many(filter: DeadLetterFilter, options: ReplayManyOptions): Promise<ReplayReport> {
    const { limit = Number.POSITIVE_INFINITY, perSecond = 100, signal } = options
    checkRun(filter, limit, perSecond)
    const store = this.claiming()
    const [youngest] = (await store.page({ ...filter, limit: 1 })).letters
    const counts = { replayed: 0, failed: 0, errors: [] as { id: string; error: string }[] }
    if (youngest === undefined) return counts
    // What fails again becomes a younger letter: without an end the run would take those up for ever.
    const upTo = deadLetterCursor(youngest)
    const pace = pacer(this.parts.runtime.clock, 1000 / perSecond, signal)
    const claim = { owner: this.owner, forMs: CLAIM_MS }
    for (let after: string | undefined; signal?.aborted !== true; ) {
      const left = Math.min(BATCH, limit - counts.replayed - counts.failed)
      if (left <= 0) break
      const letters = await store.claim(filter, { limit: left, after, upTo }, claim)
      const last = letters.at(-1)
      if (last === undefined) break
      after = deadLetterCursor(last)
      await this.batch(letters, options, pace, counts)
    }
    return counts
  }

  private async batch(
    letters: readonly DeadLetter[],
    by: ReplayManyOptions,
    pace: () => Promise<void>,
    counts: { replayed: number; failed: number; errors: { id: string; error: string }[] },
  ): Promise<void> {
    const renewing = this.renew()
    const inHand: Promise<void>[] = []
    try {
      for (const letter of letters) {
        await pace()
        if (by.signal?.aborted === true) {
          inHand.push(this.putBack(letter, by))
          continue
        }
        const replaying = this.shared(letter.id, () => this.give(letter, by))
        inHand.push(
          replaying.then(
            () => void counts.replayed++,
            (error: unknown) => {
              counts.failed++
              if (counts.errors.length < TOLD_ERRORS) counts.errors.push({ id: letter.id, error: reasonOf(error) })
            },
          ),
        )
      }
    } finally {
      await Promise.all(inHand)
      renewing.cancel()
    }
  }

  private async replayOne(id: string, by: Operator): Promise<DeadLetter> {
    const { deadLetters } = this.parts
    // A query without an id would find any letter.
    if (typeof id !== 'string') throw fault('GULO_DEAD_LETTER_UNKNOWN', { id: describeValue(id) })
    const [letter] = (await deadLetters?.find({ id })) ?? []
    if (deadLetters === undefined || letter === undefined) throw fault('GULO_DEAD_LETTER_UNKNOWN', { id })
    if (deadLetters.claim === undefined) {
      await this.send(letter)
      return deadLetters.mark(id, 'replayed').finally(this.parts.settled)
    }
    const claim = { owner: this.owner, forMs: CLAIM_MS }
    const [claimed] = await deadLetters.claim({ id, status: letter.status }, { limit: 1 }, claim)
    if (claimed === undefined) throw fault('GULO_DEAD_LETTER_STATE', { id, status: letter.status, wanted: 'replayed' })
    const renewing = this.renew()
    try {
      return await this.give(claimed, by)
    } finally {
      renewing.cancel()
    }
  }

  /** Gives a letter that is claimed to its handler, and ends the claim. */
  private async give(letter: DeadLetter, by: Operator): Promise<DeadLetter> {
    const store = this.claiming()
    try {
      await this.send(letter)
    } catch (error) {
      await store.settle(letter.id, this.owner, { ok: false, error: reasonOf(error) }, by)
      throw error
    }
    const settled = await store.settle(letter.id, this.owner, { ok: true }, by)
    this.parts.settled()
    return settled ?? { ...letter, status: 'replayed' }
  }

  private async putBack({ id }: DeadLetter, by: Operator): Promise<void> {
    await this.claiming().settle(id, this.owner, { ok: false, error: 'the run was ended before its turn' }, by)
  }

  private send(letter: DeadLetter): Promise<void> {
    const { consumers, publisher } = this.parts
    return sendAgain(consumers, publisher, letter)
  }

  private shared(id: string, work: () => Promise<DeadLetter>): Promise<DeadLetter> {
    const running = this.running.get(id) ?? work().finally(() => this.running.delete(id))
    this.running.set(id, running)
    return running
  }

  private claiming(): DeadLetters & DeadLetterAbilities {
    const { deadLetters, service } = this.parts
    if (deadLetters?.claim !== undefined && deadLetters.page !== undefined)
      return deadLetters as DeadLetters & DeadLetterAbilities
    throw fault('GULO_DEAD_LETTERS_LIMITED', { operation: 'A replay', service })
  }

  /** Keeps the claims for as long as the handlers take. */
  private renew(): { cancel(): void } {
    const { runtime, deadLetters } = this.parts
    const again = () => {
      void deadLetters?.renew?.({ owner: this.owner, forMs: CLAIM_MS }).catch(() => undefined)
      timer = runtime.clock.after(CLAIM_MS / 3, again, { background: true })
    }
    let timer = runtime.clock.after(CLAIM_MS / 3, again, { background: true })
    return { cancel: () => timer.cancel() }
  }
}

function checkRun(filter: DeadLetterFilter, limit: number, perSecond: number): void {
  checkFilter('A replay', filter)
  const wrong = !(perSecond > 0)
    ? `perSecond is ${describeValue(perSecond)}, no number above 0`
    : !(limit > 0)
      ? `the limit is ${describeValue(limit)}, no number above 0`
      : undefined
  if (wrong !== undefined) throw fault('GULO_DEAD_LETTER_REQUEST', { operation: 'A replay', wrong })
}
