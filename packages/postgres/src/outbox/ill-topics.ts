interface Illness {
  /** From where on the rows of the topic are to be looked for, in each slot. */
  readonly floors: Map<number, bigint>
  /** Sequences that somebody tries to publish. */
  readonly tried: Set<string>
  failed: boolean
}

/**
 * Topics whose last publish failed, or takes long. Looks at the outbox leave them out, or a topic that is down would fill every batch;
 * they are tried by themselves, one batch at a time, and the floors of slots may rise past their rows meanwhile.
 */
export class IllTopics {
  private readonly topics = new Map<string, Illness>()

  get names(): readonly string[] {
    return [...this.topics.keys()]
  }

  /** Those nobody tries at the moment. */
  get untried(): readonly string[] {
    return [...this.topics].filter(([, { tried }]) => tried.size === 0).map(([name]) => name)
  }

  /** The topic is to be looked for by itself; `floorOf` is where the rows of a slot begin. */
  leftOut(topic: string, slots: readonly number[], floorOf: (slot: number) => bigint): void {
    if (this.topics.has(topic)) return
    const floors = new Map(slots.map((slot) => [slot, floorOf(slot)]))
    this.topics.set(topic, { floors, tried: new Set(), failed: false })
  }

  /** A publish of a row of a topic that is left out failed. */
  failed(topic: string, slot: number, seq: bigint): void {
    const illness = this.topics.get(topic)
    if (illness === undefined) return
    illness.failed = true
    if (seq <= (illness.floors.get(slot) ?? 0n)) illness.floors.set(slot, seq - 1n)
  }

  /** From where on these topics are to be looked for in a slot. */
  floorOf(slot: number, topics: readonly string[]): bigint {
    let lowest: bigint | undefined
    for (const topic of topics) {
      const floor = this.topics.get(topic)?.floors.get(slot) ?? 0n
      if (lowest === undefined || floor < lowest) lowest = floor
    }
    return lowest ?? 0n
  }

  /** Somebody is about to publish the row. */
  trying(topic: string, sequence: string): void {
    const illness = this.topics.get(topic)
    if (illness === undefined) return
    if (illness.tried.size === 0) illness.failed = false
    illness.tried.add(sequence)
  }

  /** Whether the row is one that was tried by itself. */
  tries(topic: string, sequence: string): boolean {
    return this.topics.get(topic)?.tried.has(sequence) === true
  }

  /**
   * The row was published, or given back. Once all that was tried has been published the topic is well again: the
   * floors its slots must be lowered to are answered.
   */
  tried(topic: string, sequence: string): ReadonlyMap<number, bigint> | undefined {
    const illness = this.topics.get(topic)
    if (illness === undefined || !illness.tried.delete(sequence)) return undefined
    if (illness.tried.size > 0 || illness.failed) return undefined
    this.topics.delete(topic)
    return illness.floors
  }
}
