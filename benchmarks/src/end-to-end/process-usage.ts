import { readFileSync } from 'node:fs'

// Hundredths of a second, whatever the processor.
const NS_PER_TICK = 1e7
const PAGE_BYTES = 4096

/** CPU time and memory of other processes, as the operating system tells them; zero where it does not. */
export class ProcessUsage {
  private readonly spent = new Map<number, number>()
  private readonly before = new Map<number, number>()

  /** Counts a process from now on. */
  add(pid: number): void {
    if (this.before.has(pid)) return
    this.before.set(pid, ticksOf(pid) ?? 0)
  }

  /** Nanoseconds of CPU since they were added, those of processes that have ended included. */
  cpuNs(): number {
    let sum = 0
    for (const [pid, before] of this.before) {
      const ticks = ticksOf(pid)
      if (ticks !== undefined) this.spent.set(pid, ticks - before)
      sum += this.spent.get(pid) ?? 0
    }
    return sum * NS_PER_TICK
  }

  /** The largest resident set of all, in bytes. */
  largestBytes(): number {
    return Math.max(0, ...[...this.before.keys()].map(residentBytes))
  }
}

function ticksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name may hold spaces; user and system time are the 14th and 15th word.
    const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(words[11]) + Number(words[12])
  } catch {
    return undefined
  }
}

function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES
  } catch {
    return 0
  }
}
