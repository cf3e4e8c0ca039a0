import { CORE_ERRORS, type ErrorDetails, type ErrorEntry, errorFactory, GuloError } from '@gulo/core'

/** Every error of this package; a code is never given a new meaning. */
export const KAFKA_ERRORS = {
  KAFKA_PUBLISH_FAILED: {
    message: '{count} of {total} messages are not known to be stored by Kafka: {reason}',
    mend: 'Publish details.unsent again if the error is retryable; otherwise mend the cause first.',
    retryable: true,
  },
  KAFKA_UNREACHABLE: {
    message: 'No broker of {brokers} answered within {deadlineMs} ms: {reason}',
    mend: 'Check brokers and the network; that the port is a client listener and not the controller; and ssl and sasl: a listener hangs up on clients that speak another protocol.',
    retryable: true,
  },
  KAFKA_UNTRUSTED: {
    message: 'Nobody vouches for the certificate of Kafka at {brokers}: {reason}',
    mend: 'Pass the authority that signed it as ssl.ca, and the name in it as ssl.servername if brokers has another; one that has expired must be renewed.',
  },
  KAFKA_REFUSED: {
    message: 'Kafka at {brokers} refused {operation}: {reason}',
    mend: 'Check sasl and ssl, the ACLs of this user, and what the broker allows: session time-outs, replicas, settings of topics.',
  },
  KAFKA_CLIENT_MISSING: {
    message: 'The Kafka client {module} cannot be loaded: {reason}',
    mend: 'Install it with npm; where no build of it can be downloaded, a C++ compiler, Python and the libraries it names are needed. Or leave out client, for kafkajs.',
  },
  KAFKA_TOPIC_MISSING: {
    message: 'The topic {topic} does not exist.',
    mend: 'Create it, or let this transport create it with ensureTopics: { create: true }.',
    retryable: true,
  },
  KAFKA_TOPIC_SHRINKS: {
    message: 'The topic {topic} has {found} partitions, and {asked} were asked for.',
    mend: 'Ask for as many as it has: Kafka never takes partitions away. For fewer, create another topic and move to it.',
  },
  KAFKA_PARTITION_UNNAMED: {
    message: 'A message for {topic} names no partition, and the partitioner is explicit.',
    mend: 'Set partition on the envelope, or choose another partitioner.',
  },
  KAFKA_PARTITIONER_FAILED: {
    message: 'The partitioner failed on a message for {topic}: {reason}',
    mend: 'Let it answer a whole number from 0 to one less than the number of partitions, for every topic and key.',
  },
  KAFKA_BUFFER_FULL: {
    message: '{count} more messages of {bytes} bytes would wait beside {waiting} of {waitingBytes} bytes: too many.',
    mend: 'Publish them again once the broker has caught up, or raise maxBufferedMessages and maxBufferedBytes.',
    retryable: true,
  },
  KAFKA_PARTITION_MISSING: {
    message: 'The topic {topic} has {partitions} partitions, so there is no partition {partition}.',
    mend: 'Use a partition from 0 to one less than their number, or leave the choice to the key.',
  },
  KAFKA_REJECTED: {
    message: 'Kafka rejected a message for {topic}, partition {partition}: {reason}',
    mend: 'Send less at once or raise max.message.bytes of the topic, or give this user the right to write to it.',
  },
  KAFKA_DEADLINE: {
    message: 'Kafka did not store it within {deadlineMs} ms; the last answer was: {reason}',
    mend: 'Publish it again; it may have been stored, so the consumer needs an inbox to see it once.',
    retryable: true,
  },
  KAFKA_STOPPED: {
    message: 'The Kafka transport was stopped before it was stored.',
    mend: 'Publish it again on the next start, or give stop() a longer deadline.',
    retryable: true,
  },
  KAFKA_SUBSCRIBE_FAILED: {
    message: 'The group {group} could not be joined within {deadlineMs} ms: {reason}',
    mend: 'Check that the brokers are up and that the group coordinator answers.',
    retryable: true,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

const make = errorFactory(KAFKA_ERRORS)

/** Makes an error of this package; `details.reason` becomes a sentence. */
export function kafkaFault(code: keyof typeof KAFKA_ERRORS, details: ErrorDetails = {}, cause?: unknown): GuloError {
  return make(code, withSentence(details), cause)
}

/** Makes an error of the core that a transport raises as well. */
export const coreFault = errorFactory(CORE_ERRORS)

/** The one error of `publish` and `forward`: retryable only if no cause forbids it. */
export function publishFailed(details: ErrorDetails, retryable: boolean, cause: unknown): GuloError {
  const entry = { ...KAFKA_ERRORS.KAFKA_PUBLISH_FAILED, retryable }
  return new GuloError('KAFKA_PUBLISH_FAILED', entry, withSentence(details), cause)
}

/** What an unknown error says, for the reason inside another message. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}

function withSentence(details: ErrorDetails): ErrorDetails {
  const { reason } = details
  return typeof reason !== 'string' || /[.!?]$/.test(reason) ? details : { ...details, reason: `${reason}.` }
}
