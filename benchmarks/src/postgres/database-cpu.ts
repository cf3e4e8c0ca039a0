import { readFileSync } from 'node:fs'

/**
 * CPU time of the server processes behind our own connections, which the operating system tells where the server runs on
 * this machine. What the server does for everybody, such as writing its log away, belongs to nobody and is left out.
 */
export class DatabaseCpu {
  private readonly spent = new Map<number, number>()

  /** Why it cannot be told here; undefined when it can. */
  fault(): string | undefined {
    const [pid] = this.spent.keys()
    if (pid === undefined) return 'no connection was opened'
    return readNs(pid) === undefined ? 'the operating system tells nothing of the server processes' : undefined
  }

  /** Counts a server process from now on. */
  add(pid: number): void {
    this.spent.set(pid, readNs(pid) ?? 0)
  }

  /** Nanoseconds of all so far. */
  read(): number {
    let sum = 0
    for (const [pid, known] of this.spent) {
      const spent = readNs(pid) ?? known
      this.spent.set(pid, spent)
      sum += spent
    }
    return sum
  }
}

function readNs(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0])
  } catch {
    return undefined
  }
}
