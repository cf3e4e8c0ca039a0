/** What one look at the outbox saw of transactions: those below `xmin` have ended, those from `xmax` on had not begun. */
export interface Snapshot {
  readonly xmin: bigint
  readonly xmax: bigint
}

interface Candidate {
  readonly seq: bigint
  readonly xmax: bigint
  readonly sinceMs: number
}

/**
 * Below the floor of a slot nothing can appear any more, so that a look need not pass over what is deleted there. A
 * sequence number says nothing by itself: a transaction that is still open may hold a lower one than others that have
 * committed. Only when each that was open at that time has ended is the floor raised.
 */
export class Floors {
  private readonly floors = new Map<number, bigint>()
  /** What the floor is to be raised to, once what was open at the time has ended. */
  private readonly candidates = new Map<number, Candidate>()
  /** The next candidates: under load there is always a younger one, and each has to wait for its turn. */
  private readonly younger = new Map<number, Candidate>()

  /** `maxLagMs`: how long one transaction may keep a floor down, in milliseconds. */
  constructor(private readonly maxLagMs: number) {}

  of(slot: number): bigint {
    return this.floors.get(slot) ?? 0n
  }

  /** Lets the slot be looked at from the start again, or from `seq` on. */
  lower(slot: number, seq = 0n): void {
    this.candidates.delete(slot)
    this.younger.delete(slot)
    if (seq < this.of(slot)) this.floors.set(slot, seq)
  }

  /** Everything up to `seq` that a look with this snapshot gave has been deleted. */
  done(slot: number, seq: bigint, { xmax }: Snapshot, nowMs: number): void {
    const candidate = { seq, xmax, sinceMs: nowMs }
    if (this.candidates.has(slot)) this.younger.set(slot, candidate)
    else this.candidates.set(slot, candidate)
  }

  /** A look with this snapshot gave nothing of the slot below `firstSeq`. Answers whether a floor was raised too early. */
  seen(slot: number, firstSeq: bigint | undefined, { xmin }: Snapshot, nowMs: number): boolean {
    const candidate = this.candidates.get(slot)
    if (candidate === undefined) return false
    const ended = xmin >= candidate.xmax
    const late = nowMs - candidate.sinceMs > this.maxLagMs
    if (!ended && !late) return false
    this.promote(slot)
    const upTo = firstSeq !== undefined && firstSeq <= candidate.seq ? firstSeq - 1n : candidate.seq
    if (upTo > this.of(slot)) this.floors.set(slot, upTo)
    return !ended
  }

  private promote(slot: number): void {
    const next = this.younger.get(slot)
    this.younger.delete(slot)
    if (next === undefined) this.candidates.delete(slot)
    else this.candidates.set(slot, next)
  }
}
