import type { Entry } from './entry.js'

// The broker's answer to basic.publish; a missing exchange is declared again and is nobody's fault.
const [CLASS, METHOD, NOT_FOUND] = [60, 40, 404]

/** The exchange that is missing, when the broker closed the channel over that. */
export function missingExchange(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { code?: number; message?: string }
  return code === NOT_FOUND ? /no exchange '(.*)' in vhost/.exec(message ?? '')?.[1] : undefined
}

/**
 * Messages that were on their way when the broker closed the channel over one of them. Sent again all at once they
 * would close every further channel too; one at a time shows which it is.
 */
export class Suspects {
  private readonly entries = new Set<Entry>()

  get any(): boolean {
    return this.entries.size > 0
  }

  clear(entry: Entry): void {
    this.entries.delete(entry)
  }

  /** The one that must be at fault, if that is clear; else all of them are suspects. */
  afterLoss(error: unknown, unconfirmed: readonly Entry[]): Entry | undefined {
    const { classId, methodId, code } = (error ?? {}) as { classId?: number; methodId?: number; code?: number }
    if (classId !== CLASS || methodId !== METHOD || code === NOT_FOUND) return undefined
    if (unconfirmed.length === 1) {
      const [guilty] = unconfirmed
      this.entries.delete(guilty as Entry)
      return guilty
    }
    for (const entry of unconfirmed) this.entries.add(entry)
    return undefined
  }
}
