/** One thing to measure: `run` does it `times` times, as often at once as its case says. */
export interface Variant {
  readonly name: string
  readonly run: (times: number, watch: Stopwatch) => Promise<unknown>
  /** How often one batch does it. @default as often as fits into the time of a batch */
  readonly times?: number
  /** What it has counted by itself in all rounds, such as a percentile: asked for once, after the last one. */
  readonly figures?: () => Readonly<Record<string, number>>
}

/** Runs from before `run` to after it, unless told otherwise: joining a group is no part of reading a topic. */
export interface Stopwatch {
  /** Forgets what has passed. */
  start(): void
  /** What follows no longer counts. */
  stop(): void
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

/** What a group is prepared with. */
export interface Scope {
  /** Address of the suite's service, or addresses with a space between; empty for a suite without one. */
  readonly service: string
  /** With `--quick`: what takes a minute to fill may be smaller. */
  readonly quick: boolean
  /** Adds the CPU time of other processes that work for this group, in nanoseconds from any start, to its own. */
  countCpu(read: () => number): void
  /** Has `undo` called at the end, however that comes; the last one first. */
  defer(undo: () => Promise<unknown> | unknown): void
  /** Says why a variant is not among those prepared, or a case cannot be told: it is skipped, not missed. */
  skip(variantOrCase: string, reason: string): void
}

/** How long a group is measured for. */
export interface Effort {
  readonly rounds: number
  /** Rounds before the first that counts. */
  readonly warmUpRounds: number
  /** How long one batch of one variant is meant to take. */
  readonly batchMs: number
  /** No round is begun after this time, once there are five; the warm-up is not counted. @default no limit */
  readonly longestMs?: number
}

/** Variants that are measured in one process. The first is what the control repeats. */
export interface Group {
  readonly name: string
  readonly prepare: (scope: Scope) => Promise<readonly Variant[]>
  readonly peers?: (load: LoadPeer) => Promise<readonly PeerVariant[]>
  /** @default that of the suite */
  readonly effort?: Effort
}

interface CaseBase {
  readonly case: string
  readonly goal: number
}

interface ComparedCase extends CaseBase {
  readonly group: string
  readonly variant: string
  /** @default raw */
  readonly base?: string
}

/** Time of a variant over that of another one of its group: at most the goal. */
export interface RatioCase extends ComparedCase {
  readonly kind: 'ratio'
}

/** Operations per second of a variant over those of another one of its group: at least the goal. */
export interface RateCase extends ComparedCase {
  readonly kind: 'rate'
}

/** CPU time of a variant over that of another one of its group: at most the goal. */
export interface CpuRatioCase extends ComparedCase {
  readonly kind: 'cpu-ratio'
}

/**
 * A variant on its own: the best microseconds, microseconds of CPU or bytes of heap per operation, at most the goal;
 * operations per second, at least the goal.
 */
export interface AbsoluteCase extends CaseBase {
  readonly kind: 'us' | 'cpu-us' | 'bytes' | 'per-second'
  readonly group: string
  readonly variant: string
}

/** One of the figures of a variant, at most the goal. */
export interface FigureCase extends CaseBase {
  readonly kind: 'figure'
  readonly group: string
  readonly variant: string
  readonly figure: string
  readonly unit: string
}

/** CPU milliseconds to import a module in a new process, at most the goal. */
export interface ImportCase extends CaseBase {
  readonly kind: 'import'
  readonly module: string
}

/** Operations per second, CPU time and figures of a variant, without a goal. */
export interface ReportCase {
  readonly case: string
  readonly kind: 'report'
  readonly group: string
  readonly variant: string
}

export type Case = ReportCase | RatioCase | RateCase | CpuRatioCase | AbsoluteCase | FigureCase | ImportCase

type ServiceName = 'kafka' | 'rabbitmq' | 'postgres'

export interface Suite {
  readonly name: string
  /** What must run beside it; found or brought up for the run. @default nothing */
  readonly service?: ServiceName | readonly ServiceName[]
  readonly groups: readonly Group[]
  readonly cases: readonly Case[]
  readonly method: Method
}

/** How a suite measures. */
export interface Method {
  /**
   * `best`: the best round of each variant counts, and the median of several processes, each with a good control.
   * `median`: each round counts beside the same round of the other variant, and all processes have their rounds pooled.
   */
  readonly by: 'best' | 'median'
  /** Processes that a group needs. */
  readonly processes: number
  /** Processes a group may have before its control is given up. */
  readonly attempts: number
  readonly effort: Effort
  /** With `--quick`. */
  readonly quick: Effort
}
