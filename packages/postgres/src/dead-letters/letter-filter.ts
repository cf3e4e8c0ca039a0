import { type DeadLetterFilter, type DeadLetterStatus, deadLetterPosition } from '@gulo/core'

const COLUMNS: Readonly<Record<string, string>> = {
  kind: 'kind',
  reason: 'reason',
  consumer: 'consumer',
  type: 'type',
  messageId: 'message_id',
  tenantId: 'tenant',
  fingerprint: 'fingerprint',
}
const STATUSES: readonly string[] = ['new', 'replaying', 'replayed', 'discarded']
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Conditions on `dead_letter l`, and their parameters. Only of what is asked for, so that an index can serve them. */
export class LetterConditions {
  readonly parameters: unknown[] = []
  private readonly conditions: string[] = []

  constructor(filter: DeadLetterFilter) {
    const { id, status, from, until } = filter
    if (id !== undefined) this.add(isLetterId(id) ? `l.id = ${this.parameter(id, 'uuid')}` : 'false')
    if (status !== undefined) this.status(status)
    for (const [field, column] of Object.entries(COLUMNS)) {
      const value = (filter as Record<string, unknown>)[field]
      if (value !== undefined) this.add(`l.${column} = ${this.parameter(value, 'text')}`)
    }
    if (from !== undefined) this.add(`l.failed_time >= ${this.parameter(from, 'timestamptz')}`)
    if (until !== undefined) this.add(`l.failed_time < ${this.parameter(until, 'timestamptz')}`)
  }

  /** A number for a value; the type is that of the database. */
  parameter(value: unknown, type: string): string {
    this.parameters.push(value)
    return `$${this.parameters.length}::${type}`
  }

  add(condition: string): this {
    this.conditions.push(condition)
    return this
  }

  /** In the text, not as a parameter: indexes are for certain statuses. */
  status(status: DeadLetterStatus): this {
    return this.add(STATUSES.includes(status) ? `l.status = '${status}'` : 'false')
  }

  /** Only letters on one side of a cursor. @throws GULO_DEAD_LETTER_REQUEST */
  beside(cursor: string | undefined, side: '<' | '>' | '<='): this {
    if (cursor === undefined) return this
    const { failedAt, id } = deadLetterPosition(cursor)
    if (!isLetterId(id)) return this.add('false')
    return this.add(
      `(l.failed_time, l.id) ${side} (${this.parameter(failedAt, 'timestamptz')}, ${this.parameter(id, 'uuid')})`,
    )
  }

  get where(): string {
    return this.conditions.length === 0 ? 'true' : this.conditions.join(' and ')
  }
}

/** Whether this can be the id of a letter here. */
export function isLetterId(id: unknown): id is string {
  return typeof id === 'string' && UUID.test(id)
}
