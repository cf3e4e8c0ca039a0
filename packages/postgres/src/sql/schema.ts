import type { Statement } from './executor.js'

/** The schema that holds the tables, for the text of statements. */
export class Schema {
  private readonly quoted: string

  constructor(readonly name: string) {
    this.quoted = `"${name}"`
  }

  /** A statement whose text is filled in with tables, as `{outbox}`; `name` is told apart by schema. */
  statement(name: string, text: string): Statement {
    return { name: `gulo_${this.name}_${name}`.slice(0, 63), text: this.text(text) }
  }

  /** `{table}` replaced by the table in this schema. */
  text(text: string): string {
    return text.replace(/\{(\w+)\}/g, (_, table: string) => `${this.quoted}.${table}`)
  }
}
