import type { Inbox } from '@gulo/core'
import type { Item } from '../ledger/books.js'
import { batched } from '../workers/batched.js'
import type { Ask, ToWorker } from '../workers/protocol.js'

/** The consumer's end of the shared inbox. */
export class RemoteInbox implements Inbox {
  private readonly answers = new Map<number, (answer: 'new' | 'duplicate') => void>()
  private readonly effects = new Map<string, Item>()
  private readonly ask: (ask: Ask) => void
  private count = 0

  constructor(send: (asks: readonly Ask[]) => void) {
    this.ask = batched(send)
  }

  /** What the handler of this message does; it is stored together with the entry. */
  enlist(item: Item): void {
    this.effects.set(item.id, item)
  }

  /** An effect that nothing guards. */
  apply(item: Item): void {
    this.ask({ what: 'effect', item })
  }

  async once(
    { messageId: id }: { readonly messageId: string },
    work: () => Promise<void>,
  ): Promise<'done' | 'duplicate'> {
    const answer = await this.question((number) => this.ask({ what: 'begin', number, id }))
    if (answer === 'duplicate') return 'duplicate'
    try {
      await work()
    } catch (error) {
      this.ask({ what: 'rollback', id })
      throw error
    }
    const item = this.effects.get(id) as Item
    this.effects.delete(id)
    await this.question((number) => this.ask({ what: 'commit', number, item }))
    return 'done'
  }

  heed({ answers }: Extract<ToWorker, { kind: 'answers' }>): void {
    for (const [number, answer] of answers) {
      this.answers.get(number)?.(answer)
      this.answers.delete(number)
    }
  }

  private question(put: (number: number) => void): Promise<'new' | 'duplicate'> {
    const number = ++this.count
    return new Promise((resolve) => {
      this.answers.set(number, resolve)
      put(number)
    })
  }
}
