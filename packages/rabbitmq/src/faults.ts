import { CORE_ERRORS, type ErrorEntry, errorFactory } from '@gulo/core'

/** Every error of this package; a code is never given a new meaning. */
export const RABBITMQ_ERRORS = {
  RABBITMQ_UNREACHABLE: {
    message: 'No RabbitMQ answered at {url} within {deadlineMs} ms: {reason}.',
    mend: 'Check host and port of url, the network, and that the port is that of AMQP, usually 5672, or 5671 with TLS.',
    retryable: true,
  },
  RABBITMQ_REFUSED: {
    message: 'RabbitMQ at {url} refused the connection: {reason}.',
    mend: 'Check user, password and virtual host of url, the permissions of that user there, and tls.',
  },
  RABBITMQ_TOPOLOGY_REFUSED: {
    message: 'RabbitMQ refused {name}: {reason}.',
    mend: 'If it exists with other arguments, delete it once it is empty or choose another name; else let the user configure it.',
  },
  RABBITMQ_TOPOLOGY_MISSING: {
    message: 'RabbitMQ does not have {missing}.',
    mend: 'Import the definitions before starting (rabbitmqDefinitions prints them), or set topology to "create".',
    retryable: true,
  },
  RABBITMQ_PARTITIONS_CHANGED: {
    message: 'The queue {queue} has {found} partitions, but {asked} are wanted.',
    mend: 'Set partitions to what was found; to change it, empty the queues, delete them with that exchange, then start.',
  },
  RABBITMQ_DELAY_TOO_LONG: {
    message: 'A delay of {delayMs} ms is too long for RabbitMQ; at most {longestMs} ms are possible.',
    mend: 'Use a schedule of a database for what is further away.',
  },
  RABBITMQ_UNROUTABLE: {
    message:
      '{count} messages had no queue to go to; the first was of type {type} for the exchange {exchange}: {reason}.',
    mend: 'Start the consumer once or declare its queue, then publish again; or set unroutable to "accept".',
    retryable: true,
  },
  RABBITMQ_NACKED: {
    message: 'RabbitMQ did not take {count} messages; the first was of type {type} for the exchange {exchange}.',
    mend: 'Look for queues at their length limit or without a majority of their nodes, then publish again.',
    retryable: true,
  },
  RABBITMQ_UNCONFIRMED: {
    message: '{count} messages were not confirmed within {deadlineMs} ms: {reason}.',
    mend: 'Publish details.unsent again; they may have been stored, so the consumer needs an inbox to act on them once.',
    retryable: true,
  },
  RABBITMQ_REJECTED: {
    message: 'RabbitMQ closed the channel over a message of type {type} for the exchange {exchange}: {reason}.',
    mend: 'Send what the broker accepts: check its size limits and the right of this user to write to the exchange.',
  },
  RABBITMQ_MESSAGE_INVALID: {
    message: 'The message of type {type} cannot be sent over AMQP: {wrong}.',
    mend: 'Shorten what is named, or move it into the body.',
  },
  RABBITMQ_PUBLISH_FAILED: {
    message: '{count} of {total} messages are not known to be stored. The first: {reason}',
    mend: 'Then publish details.unsent again; details.failures has one error for each.',
    retryable: true,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

export type RabbitMqErrorCode = keyof typeof RABBITMQ_ERRORS

/** Makes an error of this package. */
export const rabbitFault = errorFactory(RABBITMQ_ERRORS)

/** Makes an error of the core that a transport raises as well. */
export const coreFault = errorFactory(CORE_ERRORS)

/** What an unknown error says, for the reason inside another message: without the full stop that follows there. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || (error as { code?: string }).code || error.name : String(error)
  return text.replace(/\.$/, '')
}
