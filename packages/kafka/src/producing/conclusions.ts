import type { GuloError } from '@gulo/core'
import type { KafkaFailure } from '../client/client.js'
import { UNKNOWN_TOPIC_OR_PARTITION } from '../client/verdict.js'
import { kafkaFault } from '../faults.js'
import { UNANSWERED } from './attempt.js'
import type { Batch } from './partition-line.js'

const BEWILDERED_AFTER = 3

/**
 * Whether only a new producer helps: the client keeps asking for a topic that is gone among those it once sent to, or has
 * mistaken one broker for another and resolves without sending anything.
 */
export function isBewildered({ earlier }: Batch, failure: KafkaFailure): boolean {
  if (failure !== UNANSWERED && failure.code !== UNKNOWN_TOPIC_OR_PARTITION) return false
  const last = earlier.slice(-BEWILDERED_AFTER)
  return last.length === BEWILDERED_AFTER && last.every(({ message }) => message === failure.message)
}

/** The error of a message that the broker will never take. */
export function rejection({ topic, partition }: Batch, failure: KafkaFailure): GuloError {
  if (failure.code === UNKNOWN_TOPIC_OR_PARTITION) return kafkaFault('KAFKA_TOPIC_MISSING', { topic }, failure)
  return kafkaFault('KAFKA_REJECTED', { topic, partition, reason: failure.message, kafkaCode: failure.code }, failure)
}
