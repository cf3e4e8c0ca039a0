import { postgresFault } from '../faults.js'
import type { SqlExecutor, TransactionExecutor } from '../sql/executor.js'

/** Remembers what there is now, and answers what brings it back. */
type Mark = () => () => void

interface Savepoint {
  executor: SqlExecutor
  client: unknown
  readonly restores: (() => void)[]
}

/** The savepoints of one transaction, each inside the one before it. */
export class Savepoints {
  private readonly open: Savepoint[] = []
  private readonly marks: Mark[] = []
  private count = 0

  constructor(
    private readonly executor: TransactionExecutor,
    private readonly ownClient: unknown,
  ) {}

  /** What runs statements now: that of the innermost savepoint. */
  get current(): SqlExecutor {
    return this.open.at(-1)?.executor ?? this.executor
  }

  get client(): unknown {
    return this.open.at(-1)?.client ?? this.ownClient
  }

  /** Has what is kept beside the database go back together with a savepoint. */
  join(mark: Mark): void {
    this.marks.push(mark)
    for (const { restores } of this.open) restores.push(mark())
  }

  /** Runs `work` behind a savepoint. @throws POSTGRES_SAVEPOINTS_CROSSED, and what the work throws */
  async run<T>(work: (client: unknown) => Promise<T>): Promise<T> {
    const { current: executor, client } = this
    const savepoint: Savepoint = { executor, client, restores: this.marks.map((mark) => mark()) }
    this.open.push(savepoint)
    try {
      return await this.behind(savepoint, async () => {
        const value = await work(savepoint.client)
        // Statements that belong to the one have gone behind the other.
        if (this.open.at(-1) !== savepoint) throw postgresFault('POSTGRES_SAVEPOINTS_CROSSED')
        return value
      })
    } catch (error) {
      for (const restore of savepoint.restores.reverse()) restore()
      throw error
    } finally {
      this.open.splice(this.open.indexOf(savepoint), 1)
    }
  }

  private behind<T>(savepoint: Savepoint, work: () => Promise<T>): Promise<T> {
    const { executor } = savepoint
    const { savepoint: own } = executor as TransactionExecutor
    if (own === undefined) return this.byStatements(executor, work)
    return own.call(executor, (client, inner) => {
      Object.assign(savepoint, { client, executor: inner })
      return work()
    }) as Promise<T>
  }

  private async byStatements<T>(executor: SqlExecutor, work: () => Promise<T>): Promise<T> {
    const name = `gulo_${++this.count}`
    await executor.query(`savepoint ${name}`)
    try {
      const value = await work()
      await executor.query(`release savepoint ${name}`)
      return value
    } catch (error) {
      await executor.query(`rollback to savepoint ${name}`)
      throw error
    }
  }
}
