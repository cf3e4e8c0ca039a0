import type { Consumer } from '../consuming/consumer.js'
import type { PartitionLag } from '../transport/transport.js'

/** How far one group has come in one partition or queue. */
export interface GroupLag extends PartitionLag {
  readonly group: string
}

/** The lag of every consumer that has one. */
export async function lagOf(consumers: readonly Consumer[]): Promise<readonly GroupLag[]> {
  const shared = consumers.filter((consumer) => !consumer.extent().broadcast)
  const lags = await Promise.all(
    shared.map(async (consumer) => (await consumer.lag()).map((lag) => ({ group: consumer.group, ...lag }))),
  )
  return lags.flat()
}
