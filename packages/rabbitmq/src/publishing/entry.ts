import type { Deadline, DeadlineQueue, GuloError } from '@gulo/core'
import type { Message } from 'amqplib'
import type { AmqpMessage } from '../message/outgoing.js'

/** What became of a message: nothing to tell when it is stored. */
export type Outcome = GuloError | undefined

/** Messages that were handed over together, and are answered together. */
export class Batch {
  readonly entries: readonly Entry[]
  /** What became of each, in their order, once that is known of all. */
  readonly outcomes: Promise<readonly Outcome[]>
  private readonly told: Outcome[]
  private open: number
  private readonly deadline: Deadline<Batch>
  private done: (outcomes: readonly Outcome[]) => void = () => undefined

  /** It is `underway` until all outcomes are known. */
  constructor(
    messages: readonly AmqpMessage[],
    private readonly underway: DeadlineQueue<Batch>,
  ) {
    this.deadline = underway.add(this)
    this.open = messages.length
    this.told = new Array(messages.length)
    this.entries = messages.map((message, index) => new Entry(message, this, index))
    this.outcomes = new Promise((resolve) => {
      this.done = resolve
    })
  }

  tell(index: number, outcome: Outcome): void {
    this.told[index] = outcome
    if (--this.open > 0) return
    this.underway.delete(this.deadline)
    this.done(this.told)
  }
}

/** A message on its way through the publisher. */
export class Entry {
  /** Whether the broker gave it back, having no queue for it: told before it is confirmed. */
  returned = false
  settled = false
  /** Whether it waits for a queue. */
  held = false
  /** Whether it was sent once more after what it needs had been declared again. */
  renewed = false

  constructor(
    public message: AmqpMessage,
    private readonly batch: Batch,
    private readonly index: number,
  ) {}

  /** Tells the outcome; only the first time counts. */
  settle(outcome?: Outcome): void {
    if (this.settled) return
    this.settled = true
    this.batch.tell(this.index, outcome)
  }
}

const NOTHING = Buffer.alloc(0)

/** Lets go of the bytes of an entry whose confirmation may never come, but is still waited for by amqplib. */
export function forgetBytes(entry: Entry): void {
  entry.message = { ...entry.message, body: NOTHING, properties: {} }
}

/** Names a message in an error. */
export function about({ message }: Entry): { readonly exchange: string; readonly type: string } {
  return { exchange: message.exchange || '(default)', type: message.routingKey }
}

/**
 * Marks what the broker has given back. Messages without an id may be taken for one another: one too many is sent again,
 * none too few.
 */
export function markReturned(entries: Iterable<Entry>, { fields, properties }: Message): void {
  for (const entry of entries) {
    const { exchange, routingKey, properties: sent } = entry.message
    if (exchange !== fields.exchange || routingKey !== fields.routingKey) continue
    if (sent.messageId === properties.messageId) entry.returned = true
  }
}
