import type { Random } from '@gulo/core'
import type { Item } from '../ledger/books.js'

const KEYS = 40

/** The messages of one producer. A process that takes its place is given again what was not acknowledged. */
export class Source {
  private readonly next = new Map<string, number>()
  private readonly unstored = new Map<string, Item>()
  private again: Item[] = []
  private made = 0

  constructor(
    private readonly name: string,
    private readonly total: number,
    private readonly random: Random,
  ) {}

  get finished(): boolean {
    return this.made === this.total && this.unstored.size === 0
  }

  /** Given out and not acknowledged. */
  get inFlight(): number {
    return this.unstored.size - this.again.length
  }

  /** For a new process: everything that the last one left open, oldest first. */
  restart(): void {
    this.again = [...this.unstored.values()]
  }

  take(count: number): Item[] {
    const items = this.again.splice(0, count)
    while (items.length < count && this.made < this.total) items.push(this.make())
    return items
  }

  stored(id: string): void {
    this.unstored.delete(id)
  }

  private make(): Item {
    this.made += 1
    const key = `${this.name}-${Math.floor(this.random.next() * KEYS)}`
    const n = this.next.get(key) ?? 0
    this.next.set(key, n + 1)
    const item = { id: `${key}-${n}`, key, n }
    this.unstored.set(item.id, item)
    return item
  }
}
