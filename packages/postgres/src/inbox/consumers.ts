import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import type { PostgresTransaction } from '../unit-of-work/postgres-transaction.js'

/** Gives each consumer a small number, so that the rows of an inbox are short. */
export class Consumers {
  private readonly ids = new Map<string, number>()
  private readonly pending = new Map<string, Promise<number>>()
  private readonly find: Statement
  private readonly add: Statement

  constructor(
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    this.find = schema.statement('consumer_find', 'select id from {consumer} where name = $1::text')
    this.add = schema.statement(
      'consumer_add',
      'insert into {consumer} (name) values ($1::text) on conflict (name) do nothing',
    )
  }

  /**
   * The number of a consumer. Within a transaction it is looked up there: whoever holds a connection must not wait for
   * another one, which somebody who waits here may hold.
   */
  async idOf(name: string, transaction?: PostgresTransaction): Promise<number> {
    const known = this.ids.get(name)
    if (known !== undefined) return known
    return transaction === undefined ? this.lookUpOnce(name) : this.lookUpWithin(transaction, name)
  }

  private lookUpOnce(name: string): Promise<number> {
    const pending = this.pending.get(name)
    if (pending !== undefined) return pending
    const id = this.lookUp(this.executor, name)
      .then((found) => {
        this.ids.set(name, found)
        return found
      })
      .finally(() => this.pending.delete(name))
    this.pending.set(name, id)
    return id
  }

  private lookUpWithin(transaction: PostgresTransaction, name: string): Promise<number> {
    // Not remembered as it is: a number that is rolled back, with a savepoint as well, would be missing in the table.
    transaction.onEnd((committed) => {
      if (committed && !this.ids.has(name)) this.lookUpOnce(name).catch(() => undefined)
    })
    return this.lookUp(transaction, name)
  }

  private async lookUp(executor: SqlExecutor, name: string): Promise<number> {
    for (;;) {
      const { rows } = await executor.query<{ id: number }>(this.find, [name])
      if (rows[0] !== undefined) return rows[0].id
      await executor.query(this.add, [name])
    }
  }
}
