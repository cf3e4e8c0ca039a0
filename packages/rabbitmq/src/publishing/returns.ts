import type { Logger, Runtime } from '@gulo/core'
import type { TopologyMode } from '../topology/topology.js'
import { Absences } from './absences.js'
import type { Entry } from './entry.js'
import { Unroutable } from './unroutable.js'

export interface ReturnOptions {
  readonly unroutable: 'accept' | 'fail' | 'fail-if-lost'
  readonly topology: TopologyMode
  readonly publishDeadlineMs: number
  readonly repairMs: number
  /** Has the subscriptions of this process make again what was deleted. */
  readonly repair: () => void
  readonly runtime: Runtime
  readonly logger: Logger
}

/** What the publisher does for messages that were given back. */
export interface Sender {
  /** What is on its way. */
  unconfirmed(): Iterable<Entry>
  /** Sends entries before all others. */
  again(entries: readonly Entry[]): void
  /** Has what an entry needs declared again before it is sent. */
  prepareAgain(entry: Entry): void
}

/** Sees to messages that the broker gave back, having no queue for them: they wait for it, fail, or count as published. */
export class Returns {
  readonly unroutable: Unroutable
  readonly absences: Absences

  constructor(
    options: ReturnOptions,
    private readonly sender: Sender,
  ) {
    const patienceMs = patienceOf(options)
    const unroutable = new Unroutable({ ...options, patienceMs })
    this.unroutable = unroutable
    this.absences = new Absences({
      clock: options.runtime.clock,
      patienceMs,
      had: (message) => unroutable.had(message),
      underway: () => sender.unconfirmed(),
      repair: options.repair,
      again: (entries) => sender.again(entries),
      givenUp: (entry) => entry.settle(unroutable.verdict(entry.message)),
    })
  }

  /** An entry came to a queue. */
  stored(entry: Entry): void {
    this.unroutable.hadQueue(entry.message)
    entry.settle()
    this.absences.routed(entry)
  }

  /** An entry was given back. */
  returned(entry: Entry): void {
    const { message, renewed } = entry
    if (message.parked) this.sender.prepareAgain(entry)
    // What it needs is nobody else's to declare.
    if (message.parked && !renewed) {
      entry.renewed = true
      this.sender.again([entry])
    } else if (!this.absences.returned(entry)) entry.settle(this.unroutable.verdict(message))
  }
}

/** How long to wait for a queue that is gone: those who consume it look every `repairMs`. */
function patienceOf({ topology, unroutable, repairMs, publishDeadlineMs }: ReturnOptions): number {
  return topology === 'create' && unroutable !== 'accept' ? Math.min(2 * repairMs, publishDeadlineMs) : 0
}
