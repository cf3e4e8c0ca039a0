import type { Pauses } from './pauses.js'

/** Pauses a partition while there is enough of it here; the member stays in its group. */
export class Fullness {
  private isFull = false

  constructor(
    private readonly topic: string,
    private readonly partition: number,
    private readonly options: { readonly maxInFlight: number; readonly pauses: Pauses },
  ) {}

  /** Room has become free. */
  relax(load: number): void {
    if (!this.isFull || load > this.options.maxInFlight / 2) return
    this.isFull = false
    this.options.pauses.remove(this.topic, this.partition, 'full')
  }

  /** `load` is what is here and not handled. */
  balance(load: number): void {
    if (this.isFull) return this.relax(load)
    if (load < this.options.maxInFlight) return
    this.isFull = true
    this.options.pauses.add(this.topic, this.partition, 'full')
  }
}
