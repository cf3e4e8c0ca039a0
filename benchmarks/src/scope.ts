import type { Scope } from './suite.js'

/** What a group has opened in this process, to be closed once. */
export class ChildScope implements Scope {
  readonly skipped: Record<string, string> = {}
  private readonly undos: (() => Promise<unknown> | unknown)[] = []
  private closing: Promise<void> | undefined

  private readonly meters: (() => number)[] = []

  constructor(
    readonly service: string,
    readonly quick = false,
  ) {}

  countCpu(read: () => number): void {
    this.meters.push(read)
  }

  /** CPU time of other processes, in nanoseconds. */
  cpuElsewhere(): number {
    return this.meters.reduce((sum, read) => sum + read(), 0)
  }

  defer(undo: () => Promise<unknown> | unknown): void {
    this.undos.push(undo)
  }

  skip(variant: string, reason: string): void {
    this.skipped[variant] = reason
  }

  /** Undoes everything, the last thing first; what fails is told and keeps nothing else from being undone. */
  close(): Promise<void> {
    // A signal may come while it is being closed, and must not end the process before all is undone.
    this.closing ??= this.undoAll()
    return this.closing
  }

  private async undoAll(): Promise<void> {
    for (const undo of this.undos.toReversed()) {
      try {
        await undo()
      } catch (error) {
        console.error('cleaning up:', error)
      }
    }
  }
}
