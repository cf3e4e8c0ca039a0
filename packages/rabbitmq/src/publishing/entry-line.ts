import type { Entry } from './entry.js'

/** First in, first out, without moving what is left at every step. */
export class EntryLine {
  private entries: Entry[] = []
  private head = 0

  push(entries: readonly Entry[]): void {
    for (const entry of entries) this.entries.push(entry)
  }

  /** Puts entries before all others, in their own order. */
  unshift(entries: readonly Entry[]): void {
    this.entries = [...entries, ...this.entries.slice(this.head)]
    this.head = 0
  }

  /** The first entry nobody has settled meanwhile. */
  first(): Entry | undefined {
    while (this.entries[this.head]?.settled) this.head++
    if (this.head > 1024 && this.head * 2 > this.entries.length) this.unshift([])
    return this.entries[this.head]
  }

  /** Takes the first entry out. */
  shift(): void {
    this.head++
  }

  /** All entries that nobody has settled meanwhile, the first one first. */
  all(): readonly Entry[] {
    return this.entries.slice(this.head).filter(({ settled }) => !settled)
  }
}
