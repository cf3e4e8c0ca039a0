import type { KafkaFailure } from './client.js'

/**
 * What a failure of one batch sent alone means: `permanent` is the fault of its messages, `fatal` the end of the
 * producer, `transient` anything that the same batch may survive.
 */
export type Verdict = 'permanent' | 'fatal' | 'transient'

// MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, UNSUPPORTED_FOR_MESSAGE_FORMAT, INVALID_RECORD, INVALID_TIMESTAMP:
// one message may spoil the batch, so the others get another chance without it.
const SPOILT = new Set([10, 18, 32, 43, 87])
// INVALID_TOPIC, TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, POLICY_VIOLATION, UNSUPPORTED_COMPRESSION
const REFUSED = new Set([17, 29, 31, 44, 76])
// OUT_OF_ORDER_SEQUENCE, DUPLICATE_SEQUENCE, INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER_ID, PRODUCER_FENCED
const FATAL = new Set([45, 46, 47, 59, 90])
// GROUP_AUTHORIZATION_FAILED, INVALID_GROUP_ID, INVALID_SESSION_TIMEOUT, UNSUPPORTED_SASL_MECHANISM,
// SASL_AUTHENTICATION_FAILED, INVALID_PARTITIONS, INVALID_CONFIG, POLICY_VIOLATION and the rights above: no second try
// will help a connection, a membership or a topic.
const HOPELESS = new Set([17, 24, 26, 29, 30, 31, 33, 37, 40, 44, 58])

// CORRUPT_MESSAGE, UNKNOWN_TOPIC_OR_PARTITION to NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS to NOT_COORDINATOR, NOT_CONTROLLER and
// KAFKA_STORAGE_ERROR: the brokers are busy with themselves.
const PASSING = new Set([2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 41, 56])
// the right to do something with the cluster, which for a producer is to write to any topic
const CLUSTER_AUTHORIZATION_FAILED = 31

export const UNKNOWN_TOPIC_OR_PARTITION = 3
export const GROUP_AUTHORIZATION_FAILED = 30
export const SASL_AUTHENTICATION_FAILED = 58

export function verdictOf({ code }: KafkaFailure): Verdict {
  if (code === undefined) return 'transient'
  if (FATAL.has(code)) return 'fatal'
  return SPOILT.has(code) || REFUSED.has(code) ? 'permanent' : 'transient'
}

/** Whether a smaller batch may pass where this one was rejected. */
export function isSpoilt({ code }: KafkaFailure): boolean {
  return code !== undefined && SPOILT.has(code)
}

/** Whether connecting or joining again cannot help before a person changes something. */
export function isHopeless({ code, kind }: KafkaFailure): boolean {
  return kind !== undefined || (code !== undefined && HOPELESS.has(code))
}

/** Whether a broker answered, and with a no that is not about the state of the cluster. */
export function isRefusal(failure: KafkaFailure): boolean {
  const { code } = failure
  return isHopeless(failure) || (code !== undefined && !PASSING.has(code))
}

/** Whether all that is missing is the right to publish. */
export function isBarredFromPublishing({ code }: KafkaFailure): boolean {
  return code === CLUSTER_AUTHORIZATION_FAILED
}

/** Whether a fetched batch is compressed in a way that nobody here can undo. */
export function isUnreadable({ code }: KafkaFailure): boolean {
  return code === 76 // UNSUPPORTED_COMPRESSION_TYPE
}

/** What a heartbeat or a commit says about the membership: still ours, about to be shared anew, or lost. */
export function membershipOf({ code }: KafkaFailure): 'ours' | 'rebalancing' | 'lost' {
  if (code === 27) return 'rebalancing' // REBALANCE_IN_PROGRESS
  return code === 22 || code === 25 ? 'lost' : 'ours' // ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID
}
