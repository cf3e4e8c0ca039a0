/** One message: its place in the order of its key is part of it, so that any disorder shows. */
export interface Item {
  readonly id: string
  readonly key: string
  /** Counted from 0 within the key, in the order of publishing. */
  readonly n: number
}

/** A copy of a message in the broker's log, and the producer that wrote it. */
export interface StoredCopy {
  readonly id: string
  readonly producer: string
}

export interface Verdict {
  readonly messages: number
  readonly handled: number
  readonly lost: number
  readonly twice: number
  readonly reordered: number
  readonly ghost: number
}

/** Keeps what was published, acknowledged and done, message by message. */
export class Books {
  readonly published = new Map<string, Item>()
  readonly acknowledged = new Set<string>()
  readonly handled = new Set<string>()
  private readonly effects: Item[] = []

  publish(item: Item): void {
    this.published.set(item.id, item)
  }

  acknowledge(id: string): void {
    this.acknowledged.add(id)
  }

  effect(item: Item): void {
    this.effects.push(item)
    this.handled.add(item.id)
  }

  /** Acknowledged and not handled yet. */
  get open(): number {
    let open = 0
    for (const id of this.acknowledged) if (!this.handled.has(id)) open += 1
    return open
  }

  /** `stored` is what the broker's log holds, where it can be read. */
  close(stored?: ReadonlySet<string>): Verdict {
    const missing = (id: string) => !this.handled.has(id) || (stored !== undefined && !stored.has(id))
    const strangers = new Set([...this.handled, ...(stored ?? [])].filter((id) => !this.published.has(id)))
    return {
      messages: this.acknowledged.size,
      handled: this.handled.size,
      lost: [...this.acknowledged].filter(missing).length,
      twice: this.effects.length - this.handled.size,
      reordered: countReordered(this.effects),
      ghost: strangers.size,
    }
  }
}

function countReordered(effects: readonly Item[]): number {
  const seen = new Set<string>()
  const last = new Map<string, number>()
  let reordered = 0
  for (const { id, key, n } of effects) {
    if (seen.has(id)) continue
    seen.add(id)
    const highest = last.get(key) ?? -1
    if (n < highest) reordered += 1
    else last.set(key, n)
  }
  return reordered
}

/** Copies beyond the first: by one and the same producer, and by its successors. */
export function countCopies(copies: readonly StoredCopy[]): { readonly same: number; readonly successor: number } {
  const writers = new Map<string, string[]>()
  for (const { id, producer } of copies) writers.set(id, [...(writers.get(id) ?? []), producer])
  let same = 0
  let successor = 0
  for (const producers of writers.values()) {
    const different = new Set(producers).size
    same += producers.length - different
    successor += different - 1
  }
  return { same, successor }
}
