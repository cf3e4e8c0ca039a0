import { fault } from '../faults.js'
import { checkedLimit, checkFilter } from './dead-letter-checks.js'
import { deadLetterCursor, deadLetterPosition } from './dead-letter-cursor.js'
import type {
  DeadLetterAbilities,
  DeadLetterBatch,
  DeadLetterClaim,
  DeadLetterDeed,
  DeadLetterEdit,
  DeadLetterFilter,
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterOutcome,
  DeadLetterPage,
  DeadLetterPageQuery,
  Operator,
} from './dead-letter-ports.js'
import type { DeadLetter, DeadLetterQuery, DeadLetterStatus, DeadLetters } from './dead-letters.js'
import { fingerprintOf } from './fingerprint.js'
import type { MemoryHeldKeys } from './memory-held-keys.js'
import { copyOf, isAfter, matcherOf, youngestFirst } from './memory-letter-order.js'

interface Kept {
  letter: DeadLetter
  readonly fingerprint: string
  claim: { readonly owner: string; readonly untilMs: number } | undefined
  readonly deeds: DeadLetterDeed[]
}

/** Dead letters in memory. */
export class MemoryDeadLetters implements DeadLetters, DeadLetterAbilities {
  private readonly kept = new Map<string, Kept>()

  /** `now` gives milliseconds since 1970. */
  constructor(
    private readonly now: () => number,
    private readonly heldKeys: MemoryHeldKeys,
  ) {}

  async add(letter: DeadLetter): Promise<void> {
    if (this.kept.has(letter.id) || this.heldKeys.knows(letter)) return
    const own = { ...letter, message: copyOf(letter.message) }
    this.kept.set(letter.id, { letter: own, fingerprint: fingerprintOf(letter), claim: undefined, deeds: [] })
    this.heldKeys.hold(letter)
  }

  async find({ limit = 100, ...wanted }: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    return this.matching(wanted).slice(0, limit)
  }

  async mark(id: string, status: DeadLetterStatus): Promise<DeadLetter> {
    const kept = this.kept.get(id)
    if (kept === undefined) throw fault('GULO_DEAD_LETTER_UNKNOWN', { id })
    kept.claim = undefined
    return this.become(kept, status)
  }

  async page(query: DeadLetterPageQuery = {}): Promise<DeadLetterPage> {
    checkFilter('A page', query)
    const { limit: given, cursor, ...filter } = query
    const limit = checkedLimit('A page', given)
    const before = cursor === undefined ? undefined : deadLetterPosition(cursor)
    const found = this.matching(filter).filter((letter) => before === undefined || isAfter(before, letter))
    const letters = found.slice(0, limit)
    const last = letters.at(-1)
    return { letters, next: last !== undefined && found.length > limit ? deadLetterCursor(last) : undefined }
  }

  async count(filter: DeadLetterFilter = {}): Promise<Readonly<Record<DeadLetterStatus, number>>> {
    checkFilter('A count', filter)
    const counts = { new: 0, replaying: 0, replayed: 0, discarded: 0 }
    for (const { status } of this.matching(filter)) counts[status] += 1
    return counts
  }

  async groups(query: DeadLetterGroupQuery = {}): Promise<readonly DeadLetterGroup[]> {
    checkFilter('A list of groups', query)
    const { limit: given, ...filter } = query
    const limit = checkedLimit('A list of groups', given)
    const groups = new Map<string, DeadLetterGroup>()
    for (const letter of this.matching(filter)) {
      const fingerprint = this.kept.get(letter.id)?.fingerprint as string
      const { count, failedAt, sample } = groups.get(fingerprint) ?? {
        count: 0,
        failedAt: letter.failedAt,
        sample: letter,
      }
      groups.set(fingerprint, { fingerprint, count: count + 1, firstFailedAt: letter.failedAt, failedAt, sample })
    }
    return [...groups.values()].slice(0, limit)
  }

  async edit(id: string, { body, headers }: DeadLetterEdit, by: Operator): Promise<DeadLetter | undefined> {
    const kept = this.kept.get(id)
    if (kept?.letter.status !== 'new') return undefined
    const { message, revised } = kept.letter
    const current = revised ?? message
    const revision = (revised?.revision ?? 0) + 1
    const edited = copyOf({
      ...message,
      body: body === undefined ? current.body : body,
      headers: headers ?? current.headers,
    })
    kept.letter = { ...kept.letter, revised: { revision, body: edited.body, headers: edited.headers } }
    this.tell(kept, 'edited', by, { revision })
    return kept.letter
  }

  async discard(filter: DeadLetterFilter, limit: number, by: Operator): Promise<number> {
    return this.change({ ...filter, status: 'new' }, limit, 'discarded', by)
  }

  async restore(filter: DeadLetterFilter, limit: number, by: Operator): Promise<number> {
    return this.change({ ...filter, status: 'discarded' }, limit, 'restored', by)
  }

  async history(id: string): Promise<readonly DeadLetterDeed[]> {
    return [...(this.kept.get(id)?.deeds ?? [])]
  }

  async claim(
    filter: DeadLetterFilter,
    batch: DeadLetterBatch,
    claim: DeadLetterClaim,
  ): Promise<readonly DeadLetter[]> {
    const after = batch.after === undefined ? undefined : deadLetterPosition(batch.after)
    const upTo = batch.upTo === undefined ? undefined : deadLetterPosition(batch.upTo)
    const { status, ...others } = filter
    const untilMs = this.now() + claim.forMs
    return this.matching(others)
      .reverse()
      .filter(({ id }) => this.isFree(this.kept.get(id) as Kept, status, claim.owner))
      .filter((letter) => after === undefined || isAfter(letter, after))
      .filter((letter) => upTo === undefined || !isAfter(letter, upTo))
      .slice(0, batch.limit)
      .map(({ id }) => {
        const kept = this.kept.get(id) as Kept
        kept.claim = { owner: claim.owner, untilMs }
        return this.become(kept, 'replaying')
      })
  }

  async renew({ owner, forMs }: DeadLetterClaim): Promise<void> {
    const untilMs = this.now() + forMs
    for (const kept of this.kept.values()) if (kept.claim?.owner === owner) kept.claim = { owner, untilMs }
  }

  async settle(id: string, owner: string, outcome: DeadLetterOutcome, by: Operator): Promise<DeadLetter | undefined> {
    const kept = this.kept.get(id)
    if (kept?.claim?.owner !== owner) return undefined
    kept.claim = undefined
    if (outcome.ok) this.tell(kept, 'replayed', by, {})
    else this.tell(kept, 'replay-failed', by, { error: outcome.error })
    return this.become(kept, outcome.ok ? 'replayed' : 'new')
  }

  private isFree({ letter, claim }: Kept, status: DeadLetterStatus | undefined, owner: string): boolean {
    if (letter.status === 'replaying') {
      const over = claim === undefined || claim.owner === owner || claim.untilMs <= this.now()
      return over && (status === undefined || status === 'replaying')
    }
    return letter.status === (status ?? 'new')
  }

  private change(filter: DeadLetterFilter, limit: number, action: 'discarded' | 'restored', by: Operator): number {
    const letters = this.matching(filter).slice(0, limit)
    for (const { id } of letters) {
      const kept = this.kept.get(id) as Kept
      this.become(kept, action === 'restored' ? 'new' : 'discarded')
      this.tell(kept, action, by, {})
    }
    return letters.length
  }

  private become(kept: Kept, status: DeadLetterStatus): DeadLetter {
    const replayCount = kept.letter.replayCount + (status === 'replayed' ? 1 : 0)
    kept.letter = { ...kept.letter, status, replayCount }
    if (status === 'new') this.heldKeys.hold(kept.letter)
    else if (status !== 'replaying') this.heldKeys.letGo(kept.letter)
    return kept.letter
  }

  private tell(kept: Kept, action: DeadLetterDeed['action'], by: Operator, details: DeadLetterDeed['details']): void {
    const { actor, reason } = by
    kept.deeds.push({ action, at: new Date(this.now()).toISOString(), actor, reason, details })
  }

  private matching(filter: DeadLetterFilter): DeadLetter[] {
    const matches = matcherOf(filter)
    const found = [...this.kept.values()].filter(({ letter, fingerprint }) => matches(letter, fingerprint))
    return youngestFirst(found.map(({ letter }) => letter))
  }
}
