import type { Message } from 'kafkajs'

/** What stands for the records of one batch before kafkajs. */
export interface StubBatch {
  readonly partition: number
  readonly count: number
  /** The first message, of the oldest timestamp; carries what tells the batch. */
  readonly first: Message
  /** Stands for the last one, of the youngest timestamp. */
  readonly last: Message
  /** Set once kafkajs has been given as many messages as there are records. */
  grouped: boolean
}

type Join = (groups: Groups, message: Message) => Groups
type Groups = Record<number, Message[]>

/**
 * The messages of one topic for kafkajs. It looks at the first of each partition, groups them with `reduce`, and then
 * finds as many in each group as there are records, all but two of them holes: it counts them, and its loops pass over
 * them. Grouping copies a list for every message, and writing an empty one takes as long as writing a real one.
 */
export function toMessages(batches: readonly StubBatch[]): Message[] {
  const reduce = (join: Join, start: Groups): Groups => {
    let groups = start
    for (const batch of batches) {
      groups = join(groups, batch.first)
      if (batch.count > 1) (groups[batch.partition] as Message[])[batch.count - 1] = batch.last
      batch.grouped = true
    }
    return groups
  }
  return Object.assign(
    batches.map(({ first }) => first),
    { reduce },
  )
}
