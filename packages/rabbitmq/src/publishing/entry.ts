import type { Clock, GuloError } from '@gulo/core'
import type { AmqpMessage } from '../message/outgoing.js'

/** What became of a message: nothing to tell when it is stored. */
export type Outcome = GuloError | undefined

/** A message on its way through the publisher. */
export class Entry {
  /** Whether the broker gave it back, having no queue for it: told before it is confirmed. */
  returned = false
  settled = false

  constructor(
    public message: AmqpMessage,
    private readonly tell: (outcome: Outcome) => void,
  ) {}

  /** Tells the outcome; only the first time counts. */
  settle(outcome?: Outcome): void {
    if (this.settled) return
    this.settled = true
    this.tell(outcome)
  }
}

const NOTHING = Buffer.alloc(0)

/** Makes entries of messages and answers their outcomes, in the same order; `late` is given what is open at the deadline. */
export function track(
  messages: readonly AmqpMessage[],
  clock: Clock,
  deadlineMs: number,
  late: (open: readonly Entry[]) => void,
): { readonly entries: readonly Entry[]; readonly outcomes: Promise<readonly Outcome[]> } {
  const outcomes: Outcome[] = []
  let open = messages.length
  let done: () => void = () => undefined
  const entries = messages.map((message, index) => {
    return new Entry(message, (outcome) => {
      outcomes[index] = outcome
      if (--open === 0) done()
    })
  })
  const timer = clock.after(deadlineMs, () => late(entries.filter(({ settled }) => !settled)))
  const settled = new Promise<readonly Outcome[]>((resolve) => {
    done = () => {
      timer.cancel()
      resolve(outcomes)
    }
  })
  return { entries, outcomes: settled }
}

/** Lets go of the bytes of an entry whose confirmation may never come, but is still waited for by amqplib. */
export function forgetBytes(entry: Entry): void {
  entry.message = { ...entry.message, body: NOTHING, properties: {} }
}
