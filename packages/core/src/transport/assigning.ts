import type { Transport } from './transport.js'

/** A transport whose subscriptions are told which partitions they have. */
export interface AssigningTransport extends Transport {
  readonly tellsAssigned: true
}
