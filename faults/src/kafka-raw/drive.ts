import { setTimeout as sleep } from 'node:timers/promises'
import type { Item } from '../ledger/books.js'

/** Stores one message or rejects; concurrent calls are welcome. */
export type Publish = (item: Item) => Promise<void>

const CALLERS = 100
const KEYS = 60
const TRIES = 30
const PAUSE_MS = 100
/** A client that has lost its way may never answer. */
const PATIENCE_MS = 60_000

/**
 * A hundred callers, each publishing one message after the other and every message until it is acknowledged, as
 * applications do: at least `count` messages, and on while `busy`. It ends after a minute with what was acknowledged by then.
 */
export async function drive(name: string, count: number, publish: Publish, busy: () => boolean): Promise<Set<string>> {
  const acknowledged = new Set<string>()
  const over = new AbortController()
  let made = 0
  const call = async () => {
    while (!over.signal.aborted && (made < count || busy())) {
      const n = made++
      const item = { id: `${name}-${n}`, key: `${name}-${n % KEYS}`, n: Math.floor(n / KEYS) }
      if (await storedAtLast(publish, item)) acknowledged.add(item.id)
    }
  }
  const late = sleep(PATIENCE_MS, undefined, { signal: over.signal }).catch(() => undefined)
  await Promise.race([Promise.all(Array.from({ length: CALLERS }, call)), late])
  over.abort()
  return new Set(acknowledged)
}

async function storedAtLast(publish: Publish, item: Item): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await publish(item)
      return true
    } catch {
      await sleep(PAUSE_MS)
    }
  }
  return false
}
