import { setTimeout as sleep } from 'node:timers/promises'
import { KafkaFailure, type PartitionAnswer, type PartitionBatch, type ProducerSession } from '@gulo/kafka'

const PAUSE_MS = 50
// OUT_OF_ORDER_SEQUENCE, DUPLICATE_SEQUENCE, INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER_ID, PRODUCER_FENCED
const FATAL = new Set<unknown>([45, 46, 47, 59, 90])

/** Whether only another producer can go on. */
export function isFatal(error: unknown): boolean {
  return error instanceof KafkaFailure && FATAL.has(error.code)
}

/** Sends batches again and again until each is answered well, as an application would that trusts its client. */
export async function untilStored(
  session: ProducerSession,
  batches: readonly PartitionBatch[],
  isOver: () => boolean,
): Promise<void> {
  while (batches.length > 0 && !isOver()) {
    try {
      const answers = await session.publishBatch(batches)
      if (answers.every(({ errorCode }) => errorCode === 0)) return
    } catch (error) {
      if (isFatal(error)) throw error
    }
    await sleep(PAUSE_MS)
  }
}

/** The answer that everything is stored. */
export function allStored(batches: readonly PartitionBatch[]): readonly PartitionAnswer[] {
  return batches.map(({ topic, partition }) => ({ topic, partition, errorCode: 0 }))
}
