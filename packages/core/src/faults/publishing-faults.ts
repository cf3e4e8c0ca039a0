import type { ErrorEntry } from '../errors.js'

/** What can go wrong between a handler and the broker. */
export const PUBLISHING_FAULTS = {
  GULO_MAPPING_INVALID: {
    message: 'Mapping {event} to {contract}: {wrong}.',
    mend: 'Register a DomainEvent class with an IntegrationEvent class that carries @Contract, once.',
  },
  GULO_EVENT_UNMAPPED: {
    message: 'The domain event {event} has no mapping.',
    mend: 'Register it with mapper.register({event}, …), or set unmapped to "ignore" or "warn".',
  },
  GULO_MAPPING_FAILED: {
    message: 'The transform of {event} to {contract} failed: {reason}.',
    mend: 'Make the transform return the data of the contract, an array of them, or undefined for none.',
  },
  GULO_PUBLISH_FAILED: {
    message: 'The handler of {message} succeeded, but {count} integration events could not be published: {reason}.',
    mend: 'Publish details.unsent again if the error is retryable, else mend the cause first; with an outbox events and state commit together.',
    retryable: true,
  },
  GULO_UNSENT_LOST: {
    message: '{count} integration events could not be published: {reason}; nor could they be kept: {obstacle}.',
    mend: 'Publish details.unsent again once the causes are mended: nobody else has them.',
    retryable: true,
  },
  GULO_NO_PUBLISHER: {
    message: '{operation} needs a publisher, and this service has none.',
    mend: 'Give the service a transport or a store with an outbox.',
  },
  GULO_UNIT_OF_WORK_ENDED: {
    message: 'A handler was to {operation} {message} after its unit of work had ended.',
    mend: 'Await everything that a handler starts before it returns.',
  },
  GULO_TRANSACTION_MISSING: {
    message: 'The outbox got {count} events outside a unit of work.',
    mend: 'Publish from a handler, or pass { transaction } of the unit of work that is open.',
  },
  GULO_TRANSACTION_INVALID: {
    message: '{operation} was given {found} as its transaction.',
    mend: 'Pass the transaction of the unit of work that is open, and await all that a handler starts before it returns.',
  },
  GULO_DEADLOCK: {
    message: 'Two transactions wait for each other; this one wanted {wanted}.',
    mend: 'Run the unit of work again; the other one goes on.',
    retryable: true,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>
