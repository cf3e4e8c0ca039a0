import type { Envelope, Observer, Signal } from '@gulo/core'

/** The signals of one kind. */
export type SignalOf<K extends Signal['kind']> = Extract<Signal, { kind: K }>

/** What happened in the services of a harness, in order. */
export class Probes {
  readonly signals: Signal[] = []

  readonly observer: Observer = (signal) => void this.signals.push(signal)

  /** Every signal of one kind. */
  of<K extends Signal['kind']>(kind: K): readonly SignalOf<K>[] {
    return this.signals.filter((signal): signal is SignalOf<K> => signal.kind === kind)
  }

  /** The commands, queries that were sent. */
  get sent(): readonly object[] {
    return this.of('sent').map((signal) => signal.message)
  }

  /** The envelopes that a broker has taken. */
  get published(): readonly Envelope[] {
    return this.of('published').map((signal) => signal.envelope)
  }

  get handled(): readonly SignalOf<'handled'>[] {
    return this.of('handled')
  }

  get retried(): readonly SignalOf<'retried'>[] {
    return this.of('retried')
  }

  get deadLettered(): readonly SignalOf<'dead-lettered'>[] {
    return this.of('dead-lettered')
  }

  get quarantined(): readonly SignalOf<'quarantined'>[] {
    return this.of('quarantined')
  }

  get duplicates(): readonly SignalOf<'duplicate'>[] {
    return this.of('duplicate')
  }

  /** Forgets what has happened so far. */
  clear(): void {
    this.signals.length = 0
  }
}
