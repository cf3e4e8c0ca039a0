import type { Clock, Timer } from '@gulo/core'
import type { AmqpMessage } from '../message/outgoing.js'
import { SLOT_HEADER } from '../topology/slots.js'
import type { Entry } from './entry.js'
import { routeOf } from './unroutable.js'

export interface AbsenceOptions {
  readonly clock: Clock
  /** How long messages wait for a queue, in milliseconds; 0 is not at all. */
  readonly patienceMs: number
  /** Whether there has been a queue for messages like this. */
  readonly had: (message: AmqpMessage) => boolean
  /** What is on its way. */
  readonly underway: () => Iterable<Entry>
  /** Has the subscriptions of this process bind again. */
  readonly repair: () => void
  /** Sends entries before all others. */
  readonly again: (entries: readonly Entry[]) => void
  /** Is told of an entry that has waited in vain. */
  readonly givenUp: (entry: Entry) => void
}

/** Messages of one line that has no queue at the moment. */
interface Absence {
  readonly line: string
  readonly route: string
  readonly exchange: string
  readonly endsAt: number
  held: Entry[]
  /** The one that is sent to find out. */
  probe: Entry | undefined
  asked: boolean
}

// How often a message is sent to find out whether there is a queue again.
const PROBE_MS = 100

/**
 * Holds back messages whose queue was bound and is no more, until its consumers have bound it again. One of them goes
 * ahead alone: sent together, those after the moment of binding would arrive before those that were given back.
 */
export class Absences {
  private readonly lines = new Map<string, Absence>()
  /** Exchanges that were deleted, and the lines that were looked for since. */
  private readonly exchanges = new Map<string, { readonly endsAt: number; readonly seen: Set<string> }>()
  /** Lines that were waited for in vain: not again before they have had a queue. */
  private readonly hopeless = new Set<string>()
  private timer: Timer | undefined

  constructor(private readonly options: AbsenceOptions) {}

  /** What messages wait for at the moment. */
  get trouble(): string | undefined {
    const [first] = this.lines.values()
    return first && `no queue is bound any more for ${first.route}`
  }

  /** What waits, in its order. */
  entries(): readonly Entry[] {
    return [...this.lines.values()].flatMap(({ held }) => held.filter(isOpen))
  }

  /** An exchange was deleted, and with it whatever was bound there, also for types that this process never published. */
  exchangeLost(exchange: string): void {
    const { clock, patienceMs, repair } = this.options
    if (patienceMs === 0) return
    this.exchanges.set(exchange, { endsAt: clock.monotonic() + patienceMs, seen: new Set() })
    repair()
    this.wakeLater()
  }

  /** Takes an entry that is to be sent, if it has to wait. */
  holds(entry: Entry): boolean {
    if (this.lines.size === 0 && this.exchanges.size === 0) return false
    const absence = this.absenceOf(entry.message)
    if (absence === undefined || absence.probe === entry) return false
    if (!isOpen(absence.probe) && absence.held.length === 0) {
      absence.probe = entry
      return false
    }
    entry.held = true
    absence.held.push(entry)
    return true
  }

  /** Takes an entry that was given back, if it is worth waiting. */
  returned(entry: Entry): boolean {
    const { message } = entry
    if (this.options.patienceMs === 0 || this.hopeless.has(lineOf(message))) return false
    const absence = this.absenceOf(message) ?? (this.options.had(message) ? this.open(message) : undefined)
    if (absence === undefined) return false
    entry.held = true
    if (absence.probe === entry) {
      absence.probe = undefined
      absence.held.unshift(entry)
    } else absence.held.push(entry)
    return true
  }

  /** An entry came to a queue. */
  routed(entry: Entry): void {
    if (this.lines.size === 0 && this.hopeless.size === 0) return
    const line = lineOf(entry.message)
    this.hopeless.delete(line)
    const absence = this.lines.get(line)
    // Any other was on its way when the queue went.
    if (absence?.probe === entry) this.options.again(this.close(absence))
  }

  /** Has nothing sent any more. */
  end(): void {
    this.timer?.cancel()
  }

  private absenceOf(message: AmqpMessage): Absence | undefined {
    const line = lineOf(message)
    const absence = this.lines.get(line)
    if (absence !== undefined || message.parked) return absence
    const lost = this.exchanges.get(message.exchange)
    return lost === undefined || lost.seen.has(line) ? undefined : this.open(message, lost.endsAt)
  }

  private open(message: AmqpMessage, until?: number): Absence {
    const { clock, patienceMs } = this.options
    const [line, route] = [lineOf(message), routeOf(message)]
    const absence: Absence = {
      line,
      route,
      exchange: message.exchange,
      endsAt: until ?? clock.monotonic() + patienceMs,
      held: [],
      probe: undefined,
      asked: false,
    }
    this.lines.set(line, absence)
    this.wakeLater()
    return absence
  }

  /** Ends the waiting and answers what waited. */
  private close(absence: Absence): readonly Entry[] {
    this.lines.delete(absence.line)
    this.exchanges.get(absence.exchange)?.seen.add(absence.line)
    const held = absence.held.filter(isOpen)
    for (const entry of held) entry.held = false
    return held
  }

  private wakeLater(): void {
    this.timer ??= this.options.clock.after(PROBE_MS, () => {
      this.timer = undefined
      this.look()
      if (this.lines.size > 0 || this.exchanges.size > 0) this.wakeLater()
    })
  }

  private look(): void {
    const now = this.options.clock.monotonic()
    for (const [exchange, { endsAt }] of this.exchanges) if (now >= endsAt) this.exchanges.delete(exchange)
    for (const absence of [...this.lines.values()]) {
      if (now < absence.endsAt) this.probe(absence)
      else {
        this.hopeless.add(absence.line)
        for (const entry of this.close(absence)) this.options.givenUp(entry)
      }
    }
  }

  private probe(absence: Absence): void {
    const { underway, repair, again } = this.options
    absence.held = absence.held.filter(isOpen)
    // To bind again while some are still on their way would have these arrive before those that were given back.
    if (isOpen(absence.probe) || [...underway()].some(({ message }) => lineOf(message) === absence.line)) return
    if (!absence.asked) {
      absence.asked = true
      return repair()
    }
    absence.probe = absence.held.shift()
    if (absence.probe === undefined) return
    absence.probe.held = false
    again([absence.probe])
  }
}

// Messages shared by key have queues of their own: one may be gone, and the others there.
function lineOf(message: AmqpMessage): string {
  return `${message.properties.headers?.[SLOT_HEADER]} ${routeOf(message)}`
}

function isOpen(entry: Entry | undefined): entry is Entry {
  return entry !== undefined && !entry.settled
}
