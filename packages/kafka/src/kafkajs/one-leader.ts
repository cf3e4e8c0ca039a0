import type { ICustomPartitioner, Message } from 'kafkajs'

/** What the messages of one call have in common: the broker that leads their partitions, once the first was looked at. */
export interface Call {
  leader: number | undefined
}

/** A message with its partition, and the call it belongs to. */
interface Addressed extends Message {
  readonly partition: number
  readonly call: Call
}

/**
 * Keeps a call in one request. kafkajs splits it when its own view of the leaders has moved on, and while one part fails
 * the other may be stored: sent again under a new sequence number, it would be stored twice. kafkajs asks this function
 * for the partition of every batch before it sends any, with the very view it is about to use; it takes the refusal
 * for old metadata and reads that anew.
 */
export const oneLeader: ICustomPartitioner =
  () =>
  ({ topic, partitionMetadata, message }) => {
    const { partition, call } = message as Addressed
    const found = partitionMetadata.find(({ partitionId }) => partitionId === partition)
    if (found === undefined) throw staleView(`the client does not know partition ${partition} of ${topic} yet`)
    call.leader ??= found.leader
    if (call.leader !== found.leader)
      throw staleView(`the client sees another leader for partition ${partition} of ${topic}`)
    return partition
  }

/** An error that kafkajs answers by reading metadata; it has no code, because no broker has refused anything. */
function staleView(message: string): Error {
  return Object.assign(new Error(message), { type: 'NOT_LEADER_FOR_PARTITION', retriable: true })
}
