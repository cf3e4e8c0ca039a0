import { KafkaFailure, type ProducerSession } from '../client/client.js'
import { reasonOf } from '../faults.js'
import type { Batch } from './partition-line.js'

export interface Outcome {
  /** The batches that the broker says it has. */
  readonly stored: ReadonlySet<Batch>
  /** What went wrong for the others. */
  readonly failure: KafkaFailure
}

const NONE: ReadonlySet<Batch> = new Set()
/** The client resolved, and said nothing on a partition: it was not sent. */
export const UNANSWERED = new KafkaFailure('the client answered without a word on this partition', undefined)

/** Sends batches once and says which are stored; never rejects. */
export async function attempt(producer: ProducerSession, batches: readonly Batch[]): Promise<Outcome> {
  try {
    const answers = await producer.publishBatch(batches)
    const codes = new Map(answers.map(({ topic, partition, errorCode }) => [`${topic}\n${partition}`, errorCode]))
    // After a fail-over the client may resolve without having sent every partition: only an answer counts.
    const stored = new Set(batches.filter(({ topic, partition }) => codes.get(`${topic}\n${partition}`) === 0))
    const code = [...codes.values()].find((errorCode) => errorCode !== 0)
    return { stored, failure: code === undefined ? UNANSWERED : new KafkaFailure(`error ${code}`, code) }
  } catch (error) {
    return {
      stored: NONE,
      failure: error instanceof KafkaFailure ? error : new KafkaFailure(reasonOf(error), undefined, error),
    }
  }
}
