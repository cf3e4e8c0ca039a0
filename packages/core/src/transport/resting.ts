/** Which topics of a subscription rest: none or all of them, but for those named since. */
export class Resting {
  private all = false
  private readonly exceptions = new Set<string>()

  pause(topics?: readonly string[]): void {
    this.set(true, topics)
  }

  resume(topics?: readonly string[]): void {
    this.set(false, topics)
  }

  /** Whether nothing of this topic is to be given out. */
  has(topic: string): boolean {
    return this.all !== this.exceptions.has(topic)
  }

  private set(resting: boolean, topics: readonly string[] | undefined): void {
    if (topics === undefined) {
      this.all = resting
      this.exceptions.clear()
      return
    }
    for (const topic of topics) {
      if (resting === this.all) this.exceptions.delete(topic)
      else this.exceptions.add(topic)
    }
  }
}
