interface Statistics {
  readonly cgrp?: { readonly state?: string; readonly join_state?: string }
  readonly brokers?: Readonly<Record<string, { readonly nodeid: number; readonly rx?: number }>>
}

/** Tells from the statistics of librdkafka whether the member is in its group and brokers answer. */
export class Liveness {
  private answers = 0

  /** Whether brokers have answered since the last look and the group is joined. */
  isAliveAt(text: string): boolean {
    const { brokers = {}, cgrp } = JSON.parse(text) as Statistics
    const answers = Object.values(brokers).reduce((sum, { rx = 0 }) => sum + rx, 0)
    const answered = answers > this.answers
    this.answers = answers
    return answered && cgrp?.state === 'up' && cgrp.join_state === 'steady'
  }
}
