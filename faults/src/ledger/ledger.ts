/** What became of the messages; with `--json` this is all that is printed. */
export interface Ledger {
  readonly rig: string
  readonly seed: number
  /** Messages acknowledged by `publish`. */
  readonly messages: number
  /** Messages whose effect is there at least once. */
  readonly handled: number
  /** Processes ended by SIGKILL, producers and consumers. */
  readonly kills: number
  readonly faults: Readonly<Record<string, number>>
  /** Acknowledged, and then not stored or not handled. */
  readonly lost: number
  /** Effects beyond the first of a message. */
  readonly twice: number
  /** First effects of a key that came before those of an earlier message of that key. */
  readonly reordered: number
  /** Handled or stored, and never published. */
  readonly ghost: number
  /** Copies that one producer wrote of a message; only where the broker promises there are none. */
  readonly storedTwice?: number
  /** Never acknowledged in all the time there was; only there when it is not 0. */
  readonly unpublished?: number
  /** Ended among the dead letters or as a parked row, though nothing was wrong with it; only there when it is not 0. */
  readonly setAside?: number
  readonly seconds: number
  /** The broker, for rigs that have a choice. */
  readonly broker?: string
  /** The guard that was taken out. */
  readonly without?: string
  /** What the raw client made of the same faults. */
  readonly raw?: readonly RawLedger[]
}

/** The account of a client without Gulo. */
interface RawLedger {
  readonly case: string
  readonly acknowledged: number
  readonly lost: number
  readonly storedTwice: number
}

const ZEROS = ['lost', 'twice', 'reordered', 'ghost', 'storedTwice', 'unpublished', 'setAside'] as const

/** The counts that should be zero and are not. */
export function violations(ledger: Ledger): string[] {
  return ZEROS.filter((name) => (ledger[name] ?? 0) > 0).map((name) => `${name} ${ledger[name]}`)
}

/** The ledger for people. */
export function toTable(ledger: Ledger): string {
  const { rig, seed, broker, without, seconds, raw = [], faults, ...counts } = ledger
  const title = `${rig}${broker ? ` over ${broker}` : ''}, seed ${seed}${without ? `, without ${without}` : ''}, ${seconds} s`
  const rows = [...Object.entries(faults), ...Object.entries(counts)] as [string, number][]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, count]) => `${name.padEnd(width)}  ${String(count).padStart(8)}`)
  const others = raw.map(
    (each) => `${each.case}: ${each.acknowledged} acknowledged, ${each.lost} lost, ${each.storedTwice} stored twice`,
  )
  const found = violations(ledger)
  return [title, ...lines, ...others, found.length > 0 ? `VIOLATED: ${found.join(', ')}` : 'clean'].join('\n')
}
