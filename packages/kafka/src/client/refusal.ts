import type { GuloError } from '@gulo/core'
import { kafkaFault } from '../faults.js'
import type { KafkaFailure } from './client.js'

/** What is told of a failure after which no second try can help. */
export function refusedBy(brokers: readonly string[], operation: string, failure: KafkaFailure): GuloError {
  const { message: reason, code: kafkaCode, kind } = failure
  if (kind === 'untrusted') return kafkaFault('KAFKA_UNTRUSTED', { brokers, reason }, failure)
  return kafkaFault('KAFKA_REFUSED', { brokers, operation, reason, kafkaCode }, failure)
}
