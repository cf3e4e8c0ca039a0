import type { SqlConnection, SqlPool, SqlResult, Statement, TransactionExecutor } from './executor.js'

/** What is used of a pool of `pg`; any other with this shape will do. */
export interface PgPool extends PgQueryable, PgEmitter {
  connect(): Promise<PgClient>
}

export interface PgClient extends PgQueryable, PgEmitter {
  release(destroy?: boolean | Error): void
  /** `I`, `T` or `E`, as the server said it last. */
  getTransactionStatus?(): string | null
}

/** What tells of connections that break by themselves. Without a listener such an error ends the process. */
export interface PgEmitter {
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
}

export interface PgQueryable {
  query(config: PgQuery): Promise<PgResult>
}

export interface PgQuery {
  readonly name?: string
  readonly text: string
  readonly values?: unknown[]
}

export interface PgResult {
  // biome-ignore lint/suspicious/noExplicitAny: rows are what the statement says
  readonly rows: any[]
  readonly rowCount: number | null
  readonly command?: string
}

/** The pool behind the interface of this package; without `prepare` no statement is kept by the server. */
export function pgPool(pool: PgPool, prepare: boolean): SqlPool {
  return {
    query: (statement, parameters) => run(pool, prepare, statement, parameters),
    async connect() {
      const client = await pool.connect()
      return pgConnection(client, prepare)
    },
  }
}

function pgConnection(client: PgClient, prepare: boolean): SqlConnection {
  // The pool listens only to clients that nobody has. Who has one learns from the next statement that it is broken.
  client.on?.('error', ignore)
  return {
    client,
    ...pgExecutorOf(client, prepare),
    release(broken) {
      client.off?.('error', ignore)
      client.release(broken)
    },
  }
}

function ignore(): void {}

/** Runs statements on one client. */
export function pgExecutorOf(
  client: PgQueryable & Pick<PgClient, 'getTransactionStatus'>,
  prepare: boolean,
): TransactionExecutor {
  return {
    query: (statement, parameters) => run(client, prepare, statement, parameters),
    state: () => STATES[client.getTransactionStatus?.() ?? ''],
  }
}

const STATES: Readonly<Record<string, 'open' | 'failed' | 'over'>> = { T: 'open', E: 'failed', I: 'over' }

async function run<Row extends object>(
  target: PgQueryable,
  prepare: boolean,
  statement: string | Statement,
  parameters: readonly unknown[] = [],
): Promise<SqlResult<Row>> {
  const values = parameters as unknown[]
  const query =
    typeof statement === 'string'
      ? { text: statement, values }
      : prepare
        ? { name: statement.name, text: statement.text, values }
        : { text: statement.text, values }
  const { rows, rowCount, command } = await target.query(query)
  return { rows, rowCount: rowCount ?? rows.length, command }
}
