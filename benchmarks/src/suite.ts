/** One thing to measure: `run` does it `times` times, one after the other, in a loop of its own. */
export interface Variant {
  readonly name: string
  readonly run: (times: number) => Promise<unknown>
}

/** The same work done by another library. */
export interface PeerVariant extends Variant {
  readonly peer: string
  readonly version: string
  /** The case of Gulo it stands beside. */
  readonly case: string
}

/** Imports a library of the peers folder. */
export type LoadPeer = (name: string) => Promise<{ readonly version: string; readonly exports: unknown }>

/** Variants that are measured in one process. The first is what the control repeats. */
export interface Group {
  readonly name: string
  readonly prepare: () => Promise<readonly Variant[]>
  readonly peers?: (load: LoadPeer) => Promise<readonly PeerVariant[]>
}

interface CaseBase {
  readonly case: string
  /** At most this much. */
  readonly goal: number
}

/** A variant over another one of its group. */
export interface RatioCase extends CaseBase {
  readonly kind: 'ratio'
  readonly group: string
  readonly variant: string
  /** @default raw */
  readonly base?: string
}

/** A variant on its own: microseconds or bytes of heap per operation. */
export interface AbsoluteCase extends CaseBase {
  readonly kind: 'us' | 'bytes'
  readonly group: string
  readonly variant: string
}

/** CPU milliseconds to import a module in a new process. */
export interface ImportCase extends CaseBase {
  readonly kind: 'import'
  readonly module: string
}

export type Case = RatioCase | AbsoluteCase | ImportCase

export interface Suite {
  readonly name: string
  readonly groups: readonly Group[]
  readonly cases: readonly Case[]
}
