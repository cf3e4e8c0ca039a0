/** Work that is still under way in partitions that were given up, by partition. */
export class Leftovers {
  private readonly works = new Map<string, Promise<void>>()

  of(name: string): Promise<void> | undefined {
    return this.works.get(name)
  }

  /** Remembers `work`, which never rejects, until it has settled. */
  set(name: string, work: Promise<void> | undefined): void {
    if (work === undefined) return
    this.works.set(name, work)
    void work.then(() => {
      if (this.works.get(name) === work) this.works.delete(name)
    })
  }
}
