/** Runs SQL: `$1`, `$2` … for parameters, one statement a call. Every database library gives one inside a transaction. */
export interface SqlExecutor {
  query<Row extends object = Record<string, unknown>>(
    statement: string | Statement,
    parameters?: readonly unknown[],
  ): Promise<SqlResult<Row>>
}

export interface SqlResult<Row> {
  readonly rows: readonly Row[]
  /** Rows returned or changed. */
  readonly rowCount: number
  /** The command as the server names it, such as `COMMIT`, where the library says so. */
  readonly command?: string | undefined
}

/** What a library gives for a transaction, where it differs from plain SQL in more than the call. */
export interface TransactionExecutor extends SqlExecutor {
  /** Writes what the library would hold back until its commit. */
  writePending?(): Promise<void>
  /** Runs `work` behind a savepoint, with what to use instead of the client; rolls back to it when `work` rejects. */
  savepoint?<T>(work: (client: unknown, executor: SqlExecutor) => Promise<T>): Promise<T>
  /** What the server said last of the transaction: open, failed, or over; `undefined` where that is not known. */
  state?(): 'open' | 'failed' | 'over' | undefined
}

/** A statement that is used again and again; `name` lets the server keep its plan. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Hands out connections, and runs single statements on any of them. */
export interface SqlPool extends SqlExecutor {
  connect(): Promise<SqlConnection>
}

/** A connection of one's own until it is released. */
export interface SqlConnection extends TransactionExecutor {
  /** The client of the library, for those who work with it directly. */
  readonly client: unknown
  /** Gives it back; a broken one is closed. */
  release(broken: boolean): void
}
