import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { COLUMNS, toValues } from './row.js'

// A statement for each of these numbers of rows; the server plans each once.
const SIZES = [64, 32, 16, 8, 4, 3, 2, 1]
const TYPES = Object.values(COLUMNS)

/** A row as it came to be. */
export interface Written {
  readonly slot: number
  readonly seq: string
}

/** Inserts rows: one statement for up to 64 of them, and their order is that of the sequence. */
export class OutboxWriter {
  readonly toValues = toValues
  private readonly statements: ReadonlyMap<number, Statement>

  constructor(schema: Schema, returning = '') {
    this.statements = new Map(SIZES.map((size) => [size, insert(schema, size, returning)]))
  }

  /** `rows` as `toValues` makes them; answers what was asked to be returned. */
  async insert(executor: SqlExecutor, rows: readonly (readonly unknown[])[]): Promise<readonly Written[]> {
    const written: Written[] = []
    let from = 0
    for (const size of SIZES) {
      for (; rows.length - from >= size; from += size) {
        const statement = this.statements.get(size) as Statement
        const values = size === 1 ? rows[from] : rows.slice(from, from + size).flat()
        written.push(...(await executor.query<Written>(statement, values)).rows)
      }
    }
    return written
  }
}

function insert(schema: Schema, size: number, returning: string): Statement {
  const row = (index: number) =>
    `(${TYPES.map((type, column) => `$${index * TYPES.length + column + 1}::${type}`).join(', ')})`
  const rows = Array.from({ length: size }, (_, index) => row(index)).join(', ')
  return schema.statement(
    `outbox_insert_${size}${returning && '_back'}`,
    `insert into {outbox} (${Object.keys(COLUMNS).join(', ')}) values ${rows}${returning && ` returning ${returning}`}`,
  )
}
