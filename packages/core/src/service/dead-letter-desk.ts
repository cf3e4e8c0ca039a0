import { checkFilter, checkOperator } from '../consuming/dead-letter-checks.js'
import type {
  DeadLetterAbilities,
  DeadLetterDeed,
  DeadLetterEdit,
  DeadLetterFilter,
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterPage,
  DeadLetterPageQuery,
  Operator,
} from '../consuming/dead-letter-ports.js'
import type { DeadLetter, DeadLetterStatus, DeadLetters } from '../consuming/dead-letters.js'
import { fault } from '../faults.js'
import { describeValue } from '../message/message.js'
import type { ReplayManyOptions, ReplayReport } from './replays.js'

const AT_ONCE = 1000

/** What gives dead letters to their handlers again. */
export interface LetterReplays {
  one(id: string, by: Operator): Promise<DeadLetter>
  many(filter: DeadLetterFilter, options: ReplayManyOptions): Promise<ReplayReport>
}

/** What people do with the dead letters of a service; every change says who makes it. */
export class DeadLetterDesk {
  constructor(
    private readonly service: string,
    private readonly store: (DeadLetters & Partial<DeadLetterAbilities>) | undefined,
    private readonly replays: () => LetterReplays,
    private readonly settled: () => void,
  ) {}

  /** Letters, youngest first, page by page. @throws GULO_DEAD_LETTER_REQUEST, GULO_DEAD_LETTERS_LIMITED */
  async page(query: DeadLetterPageQuery = {}): Promise<DeadLetterPage> {
    return this.able('page', 'A page').page(query)
  }

  /** How many letters match, by status. @throws GULO_DEAD_LETTER_REQUEST, GULO_DEAD_LETTERS_LIMITED */
  async count(filter: DeadLetterFilter = {}): Promise<Readonly<Record<DeadLetterStatus, number>>> {
    return this.able('count', 'A count').count(filter)
  }

  /** Letters by cause, the one that failed last first. @throws GULO_DEAD_LETTER_REQUEST, GULO_DEAD_LETTERS_LIMITED */
  async groups(query: DeadLetterGroupQuery = {}): Promise<readonly DeadLetterGroup[]> {
    return this.able('groups', 'A list of groups').groups(query)
  }

  /**
   * Gives one letter, or all new ones that match, to their handlers once more, oldest first, under the same message ids.
   * Letters that others have in hand are left to them, and so are those that come while it runs.
   * @throws GULO_NOT_STARTED, GULO_DEAD_LETTER_REQUEST, GULO_DEAD_LETTER_UNKNOWN, GULO_DEAD_LETTER_STATE
   */
  async replay(which: string | DeadLetterFilter, options: ReplayManyOptions): Promise<ReplayReport> {
    checkOperator('A replay', options)
    const replays = this.replays()
    if (typeof which !== 'string') return replays.many(which, options)
    await replays.one(which, options)
    return { replayed: 1, failed: 0, errors: [] }
  }

  /**
   * Changes what is replayed; the message as it was received is kept beside it.
   * @throws GULO_DEAD_LETTER_REQUEST, GULO_DEAD_LETTER_UNKNOWN, GULO_DEAD_LETTER_STATE, GULO_DEAD_LETTERS_LIMITED
   */
  async edit(id: string, edit: DeadLetterEdit, by: Operator): Promise<DeadLetter> {
    checkOperator('An edit', by)
    checkEdit(edit)
    const edited = await this.able('edit', 'An edit').edit(id, edit, by)
    return edited ?? this.refuse(id, 'edited')
  }

  /**
   * Discards one letter, or all new ones that match; answers how many. They are kept, and may be restored.
   * @throws GULO_DEAD_LETTER_REQUEST, GULO_DEAD_LETTER_UNKNOWN, GULO_DEAD_LETTER_STATE, GULO_DEAD_LETTERS_LIMITED
   */
  async discard(which: string | DeadLetterFilter, by: Operator): Promise<number> {
    const store = this.able('discard', 'A discard')
    return this.change('discarded', which, by, (filter) => store.discard(filter, AT_ONCE, by))
  }

  /** Makes discarded letters new again; answers how many. @throws as `discard` */
  async restore(which: string | DeadLetterFilter, by: Operator): Promise<number> {
    const store = this.able('restore', 'A restore')
    return this.change('restored', which, by, (filter) => store.restore(filter, AT_ONCE, by))
  }

  /** What was done with a letter, by whom, when and why. @throws GULO_DEAD_LETTERS_LIMITED */
  async history(id: string): Promise<readonly DeadLetterDeed[]> {
    return this.able('history', 'The history').history(id)
  }

  private async change(
    wanted: string,
    which: string | DeadLetterFilter,
    by: Operator,
    work: (filter: DeadLetterFilter) => Promise<number>,
  ): Promise<number> {
    checkOperator(`Letters to be ${wanted}`, by)
    const filter = typeof which === 'string' ? { id: which } : which
    checkFilter(`Letters to be ${wanted}`, filter)
    let total = 0
    for (let count = AT_ONCE; count === AT_ONCE; total += count) count = await work(filter)
    this.settled()
    if (total === 0 && typeof which === 'string') return this.refuse(which, wanted)
    return total
  }

  private async refuse(id: string, wanted: string): Promise<never> {
    const [letter] = typeof id === 'string' ? ((await this.store?.find({ id })) ?? []) : []
    if (letter === undefined) throw fault('GULO_DEAD_LETTER_UNKNOWN', { id: describeValue(id) })
    throw fault('GULO_DEAD_LETTER_STATE', { id, status: letter.status, wanted })
  }

  private able(ability: keyof DeadLetterAbilities, operation: string): DeadLetterAbilities {
    if (typeof this.store?.[ability] === 'function') return this.store as DeadLetters & DeadLetterAbilities
    throw fault('GULO_DEAD_LETTERS_LIMITED', { operation, service: this.service })
  }
}

function checkEdit(edit: DeadLetterEdit): void {
  const { body, headers } = edit ?? {}
  const wrong =
    body === undefined && headers === undefined
      ? 'it has neither body nor headers'
      : body !== undefined && body !== null && !(body instanceof Uint8Array)
        ? `its body is ${describeValue(body)}, not bytes`
        : headers !== undefined && (typeof headers !== 'object' || headers === null)
          ? `its headers are ${describeValue(headers)}`
          : undefined
  if (wrong !== undefined) throw fault('GULO_DEAD_LETTER_REQUEST', { operation: 'An edit', wrong })
}
