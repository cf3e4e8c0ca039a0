import type { Item } from '../ledger/books.js'

/** Answers a question of a worker by its number. */
export type Reply = (number: number, answer: 'new' | 'duplicate') => void

interface Entry {
  holder: Reply
  readonly waiting: { readonly reply: Reply; readonly number: number }[]
}

/**
 * The inbox that all consumers share, with the effects beside it as in one database: an entry is inserted first, another
 * delivery of the message waits for the outcome, and the entry of a consumer that dies is rolled back.
 */
export class InboxKeeper {
  private readonly done = new Set<string>()
  private readonly open = new Map<string, Entry>()

  constructor(private readonly applied: (item: Item) => void) {}

  begin(reply: Reply, number: number, id: string): void {
    if (this.done.has(id)) return reply(number, 'duplicate')
    const entry = this.open.get(id)
    if (entry !== undefined) return void entry.waiting.push({ reply, number })
    this.open.set(id, { holder: reply, waiting: [] })
    reply(number, 'new')
  }

  /** Entry and effect together, or neither. */
  commit(reply: Reply, number: number, item: Item): void {
    const entry = this.open.get(item.id)
    if (entry?.holder !== reply) return
    this.open.delete(item.id)
    this.done.add(item.id)
    this.applied(item)
    reply(number, 'new')
    for (const each of entry.waiting) each.reply(each.number, 'duplicate')
  }

  rollback(reply: Reply, id: string): void {
    const entry = this.open.get(id)
    if (entry?.holder !== reply) return
    const next = entry.waiting.shift()
    if (next === undefined) return void this.open.delete(id)
    entry.holder = next.reply
    next.reply(next.number, 'new')
  }

  /** Rolls back everything a worker had open, and forgets what it waits for. */
  gone(reply: Reply): void {
    for (const [id, { holder, waiting }] of [...this.open]) {
      const others = waiting.filter((each) => each.reply !== reply)
      waiting.splice(0, waiting.length, ...others)
      if (holder === reply) this.rollback(reply, id)
    }
  }
}
