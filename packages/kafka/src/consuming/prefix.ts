/** Follows promises that settle in any order, and knows how many of the first ones have been fulfilled without a gap. */
export class Prefix {
  /** Resolves when every promise has settled. */
  readonly done: Promise<void>
  private readonly fulfilled: boolean[]
  private readonly reasons = new Map<number, unknown>()
  private length = 0

  constructor(promises: readonly Promise<void>[]) {
    this.fulfilled = promises.map(() => false)
    const followed = promises.map((promise, index) =>
      Promise.resolve(promise).then(
        () => this.fulfil(index),
        (error: unknown) => {
          this.reasons.set(index, error)
        },
      ),
    )
    this.done = Promise.all(followed).then(() => undefined)
  }

  /** How many may be acknowledged. */
  get handled(): number {
    return this.length
  }

  /** Why the first one after the prefix was rejected; `undefined` when it was not. */
  get rejection(): { readonly error: unknown } | undefined {
    return this.reasons.has(this.length) ? { error: this.reasons.get(this.length) } : undefined
  }

  private fulfil(index: number): void {
    this.fulfilled[index] = true
    while (this.fulfilled[this.length]) this.length += 1
  }
}
