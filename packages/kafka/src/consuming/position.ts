import { after } from './offsets.js'

export interface PositionOptions {
  /** Stores the offset of the next message to handle. */
  readonly store: (nextOffset: string) => Promise<void>
  /** Whether the partition is still this member's to commit. */
  readonly mayCommit: () => boolean
}

/** Commits how far a partition has been handled, one commit at a time. */
export class Position {
  /** The last message known to be committed as handled. */
  committed: string | undefined
  private readonly options: PositionOptions
  private handledTo: string | undefined
  private running: Promise<void> | undefined

  constructor(options: PositionOptions) {
    this.options = options
  }

  /** Whether everything handled is committed. */
  get isCurrent(): boolean {
    return this.handledTo === this.committed
  }

  /** Commits up to `handledTo`, or as far as it is by the time the commit before has been answered. Never rejects. */
  commit(handledTo: string | undefined): Promise<void> {
    this.handledTo = handledTo ?? this.handledTo
    this.running ??= this.run().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async run(): Promise<void> {
    while (this.handledTo !== undefined && !this.isCurrent && this.options.mayCommit()) {
      const upTo = this.handledTo
      try {
        await this.options.store(after(upTo))
      } catch {
        return // the next commit tries again
      }
      this.committed = upTo
    }
  }
}
