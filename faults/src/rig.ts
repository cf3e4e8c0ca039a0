import type { Ledger } from './ledger/ledger.js'

/** What a run is asked to do. */
export interface Plan {
  readonly rig: string
  /** Decides who dies when, and which frames the network breaks. */
  readonly seed: number
  readonly messages: number
  /** How many processes are killed with SIGKILL on the way. */
  readonly kills: number
  readonly brokers: number
  /** Over which broker, for rigs that have a choice. */
  readonly broker?: string | undefined
  /** The guard that is taken out, so that its violation shows. */
  readonly without: string | undefined
  /** Told how it goes, for people. */
  readonly say: (text: string) => void
}

/** One rig: what it breaks is its own affair, what it answers is the same for all. */
export interface Rig {
  readonly name: string
  /** What `--without` may name. */
  readonly guards: readonly string[]
  /** How many brokers it can run with, the usual number first. */
  readonly brokers: readonly number[]
  /** Over which brokers it can run, the usual one first. @default it has no choice */
  readonly over?: readonly string[]
  /** Relays that `--relay` may name, each with the guard it does without. @default none */
  readonly relays?: Readonly<Record<string, string>>
  /** How many messages there are for each kill, unless `--kills` says. @default 1000 */
  readonly messagesPerKill?: number
  run(plan: Plan): Promise<Ledger>
}
