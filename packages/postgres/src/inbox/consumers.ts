import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'

/** Gives each consumer a small number, so that the rows of an inbox are short. */
export class Consumers {
  private readonly ids = new Map<string, Promise<number>>()
  private readonly find: Statement
  private readonly add: Statement

  constructor(
    /** Not a transaction: a number that rolled back would be remembered here and missing there. */
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    this.find = schema.statement('consumer_find', 'select id from {consumer} where name = $1::text')
    this.add = schema.statement(
      'consumer_add',
      'insert into {consumer} (name) values ($1::text) on conflict (name) do nothing',
    )
  }

  /** The number of a consumer. */
  idOf(name: string): Promise<number> {
    const known = this.ids.get(name)
    if (known !== undefined) return known
    const id = this.lookUp(name)
    this.ids.set(name, id)
    id.catch(() => this.ids.delete(name))
    return id
  }

  private async lookUp(name: string): Promise<number> {
    for (;;) {
      const { rows } = await this.executor.query<{ id: number }>(this.find, [name])
      if (rows[0] !== undefined) return rows[0].id
      await this.executor.query(this.add, [name])
    }
  }
}
