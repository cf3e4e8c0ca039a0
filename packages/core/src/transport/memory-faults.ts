/** Makes a memory broker misbehave the way brokers do; every fault is used up by happening. */
export class MemoryFaults {
  private readonly refusals: unknown[] = []
  private readonly lostConfirms: unknown[] = []
  private droppedAcknowledgements = 0
  private duplicates = 0

  /** The next `times` publishes reject with `error` and store nothing. */
  failNextPublish(times = 1, error: unknown = new Error('the broker refused')): void {
    for (let count = 0; count < times; count++) this.refusals.push(error)
  }

  /** The next `times` publishes store everything and reject nevertheless: the confirmation got lost. */
  loseNextConfirm(times = 1, error: unknown = new Error('the confirmation got lost')): void {
    for (let count = 0; count < times; count++) this.lostConfirms.push(error)
  }

  /** The acknowledgement of the next `times` handled messages gets lost, so that they are delivered again. */
  dropAcknowledgement(times = 1): void {
    this.droppedAcknowledgements += times
  }

  /** The next `times` messages are delivered twice in a row. */
  duplicateDelivery(times = 1): void {
    this.duplicates += times
  }

  /** Forgets the faults that have not happened yet. */
  clear(): void {
    this.refusals.length = 0
    this.lostConfirms.length = 0
    this.droppedAcknowledgements = 0
    this.duplicates = 0
  }

  /** Whether to refuse this publish, and why. */
  takeRefusal(): { readonly error: unknown } | undefined {
    return this.refusals.length === 0 ? undefined : { error: this.refusals.shift() }
  }

  /** Whether to deny having stored this publish, and why. */
  takeLostConfirm(): { readonly error: unknown } | undefined {
    return this.lostConfirms.length === 0 ? undefined : { error: this.lostConfirms.shift() }
  }

  /** Whether this acknowledgement gets lost. */
  takeDroppedAcknowledgement(): boolean {
    return this.droppedAcknowledgements > 0 && this.droppedAcknowledgements-- > 0
  }

  /** Whether this message is delivered twice. */
  takeDuplicate(): boolean {
    return this.duplicates > 0 && this.duplicates-- > 0
  }
}
