import type { DeadLetterClaim } from './dead-letter-ports.js'
import type { DeadLetter, HeldKey } from './dead-letters.js'
import type { HeldKeyQueue, HeldKeys, KeyedMessage, ParkedMessage } from './held-keys.js'

interface Held {
  readonly key: HeldKey
  /** Ids of the letters that hold it. */
  readonly letters: Set<string>
  /** The letters of this time and before, by message and handler. */
  readonly known: Set<string>
  readonly messages: Set<string | undefined>
  /** Letters of each round of replays. */
  readonly rounds: Set<string>
  /** Oldest first, by message and handler. */
  readonly parked: Map<string, KeyedMessage>
  claim: { readonly owner: string; readonly untilMs: number } | undefined
}

/** Held keys in memory. Parking needs no transaction here: nothing else is done in it that could fail. */
export class MemoryHeldKeys implements HeldKeys, HeldKeyQueue {
  private readonly held = new Map<string, Held>()

  /** `now` gives milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  /** Holds the key of a letter that is new. */
  hold({ id, holds, messageId, handler, replayCount }: DeadLetter): void {
    if (holds === undefined) return
    const held = this.of(holds)
    const name = nameOf(messageId, handler)
    held.letters.add(id)
    held.known.add(name)
    held.messages.add(messageId)
    held.rounds.add(`${replayCount} ${name}`)
    held.parked.delete(name)
  }

  /** Whether there is a letter of the same message and round already: it was delivered twice at once. */
  knows({ holds, messageId, handler, replayCount }: DeadLetter): boolean {
    const held = holds && this.held.get(keyOf(holds))
    return held?.rounds.has(`${replayCount} ${nameOf(messageId, handler)}`) ?? false
  }

  /** A letter that is settled holds nothing any more. */
  letGo({ id, holds }: DeadLetter): void {
    if (holds !== undefined) this.held.get(keyOf(holds))?.letters.delete(id)
  }

  async park(message: KeyedMessage): Promise<'free' | 'parked'> {
    const held = this.held.get(keyOf(message))
    if (held === undefined) return 'free'
    const name = nameOf(message.messageId, message.handler)
    if (held.known.has(name)) return 'parked'
    if (held.messages.has(message.messageId)) return 'free'
    if (!held.parked.has(name)) held.parked.set(name, message)
    return 'parked'
  }

  async claim(groups: readonly string[], limit: number, claim: DeadLetterClaim): Promise<readonly HeldKey[]> {
    const nowMs = this.now()
    const free = [...this.held.values()]
      .filter(({ key, letters }) => groups.includes(key.group) && letters.size === 0)
      .filter((held) => held.claim === undefined || held.claim.untilMs <= nowMs)
      .slice(0, limit)
    for (const held of free) held.claim = { owner: claim.owner, untilMs: nowMs + claim.forMs }
    return free.map(({ key }) => key)
  }

  async renew({ owner, forMs }: DeadLetterClaim): Promise<void> {
    const untilMs = this.now() + forMs
    for (const held of this.held.values()) if (held.claim?.owner === owner) held.claim = { owner, untilMs }
  }

  async next(key: HeldKey, owner: string): Promise<ParkedMessage | undefined> {
    const held = this.held.get(keyOf(key))
    if (held === undefined || held.claim?.owner !== owner || held.letters.size > 0) return undefined
    const [first] = held.parked
    return first && { id: first[0], redelivery: first[1].redelivery }
  }

  async forget(key: HeldKey, id: string): Promise<void> {
    this.held.get(keyOf(key))?.parked.delete(id)
  }

  async release(key: HeldKey, owner: string): Promise<boolean> {
    const held = this.held.get(keyOf(key))
    if (held?.claim?.owner !== owner) return false
    held.claim = undefined
    if (held.letters.size > 0 || held.parked.size > 0) return false
    return this.held.delete(keyOf(key))
  }

  /** Gives up every claim, as happens to those of a process that ends. */
  abandon(): void {
    for (const held of this.held.values()) held.claim = undefined
  }

  private of(key: HeldKey): Held {
    const name = keyOf(key)
    const { group, key: own } = key
    const held = this.held.get(name) ?? {
      key: { group, key: own },
      letters: new Set(),
      known: new Set(),
      messages: new Set(),
      rounds: new Set(),
      parked: new Map(),
      claim: undefined,
    }
    this.held.set(name, held)
    return held
  }
}

function keyOf({ group, key }: HeldKey): string {
  return JSON.stringify([group, key])
}

function nameOf(messageId: string | undefined, handler: string | undefined): string {
  return JSON.stringify([messageId ?? null, handler ?? null])
}
