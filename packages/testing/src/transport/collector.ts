import type { Envelope, ReceivedMessage } from '@gulo/core'
import { within } from '../suite/waiting.js'

/** One message as a member was given it. */
export interface Delivery {
  /** The id of the envelope; empty where it cannot be read. */
  readonly id: string
  readonly message: ReceivedMessage
}

/** What a member does with a message; `earlier` says how often this member was given it before. */
export type Work = (delivery: Delivery, earlier: number) => Promise<void> | void

/** A member of a group that remembers what it was given, in order. */
export class Collector {
  readonly deliveries: Delivery[] = []
  private readonly counts = new Map<string, number>()
  private readonly looks = new Set<() => void>()

  constructor(
    private readonly read: (message: ReceivedMessage) => Envelope,
    private readonly patienceMs: number,
    private readonly work: Work = () => undefined,
  ) {}

  readonly deliver = (messages: readonly ReceivedMessage[]): readonly Promise<void>[] =>
    messages.map((message) => this.take(message))

  /** How often a message was delivered. */
  count(id: string): number {
    return this.counts.get(id) ?? 0
  }

  /** The ids in the order of their first delivery. */
  ids(): readonly string[] {
    return [...this.counts.keys()]
  }

  /** Resolves once every envelope has been delivered. */
  untilAll(envelopes: readonly Envelope[]): Promise<void> {
    return this.until(`${envelopes.length} messages are delivered`, () =>
      envelopes.every(({ id }) => this.counts.has(id)),
    )
  }

  /** Resolves once `met` answers true; it is asked after every delivery and every settling, here and at `others`. */
  until(what: string, met: () => boolean, ...others: readonly Collector[]): Promise<void> {
    const asked = [this, ...others]
    let look: () => void = () => undefined
    const happened = new Promise<void>((resolve) => {
      look = () => met() && resolve()
      for (const each of asked) each.looks.add(look)
      look()
    })
    const seen = () =>
      `There were ${asked.map((each) => `${each.deliveries.length} deliveries of ${each.counts.size} messages`).join(' and ')}.`
    return within(this.patienceMs, happened, what, seen).finally(() => {
      for (const each of asked) each.looks.delete(look)
    })
  }

  private async take(message: ReceivedMessage): Promise<void> {
    const id = this.idOf(message)
    const earlier = this.count(id)
    const delivery = { id, message }
    this.counts.set(id, earlier + 1)
    this.deliveries.push(delivery)
    this.look()
    try {
      await this.work(delivery, earlier)
    } finally {
      this.look()
    }
  }

  private look(): void {
    for (const look of this.looks) look()
  }

  private idOf(message: ReceivedMessage): string {
    try {
      return this.read(message).id
    } catch {
      return ''
    }
  }
}
