import type { ErrorEntry } from '../errors.js'

/** What can be wrong with messages, their data and their contracts. */
export const MESSAGE_FAULTS = {
  GULO_NOT_A_MESSAGE: {
    message: '{operation} got {found}, which is no {expected}.',
    mend: 'Make one with SomeMessage.of({ … }) of a class that extends Command, Query, DomainEvent or IntegrationEvent.',
  },
  GULO_NOT_A_MESSAGE_CLASS: {
    message: 'Expected a message class, found {found}.{where}',
    mend: 'Pass a class that extends Command, Query, DomainEvent or IntegrationEvent.',
  },
  GULO_WRONG_KIND: {
    message: '{operation} got {message}, which is {kind}.',
    mend: 'Use send for commands and queries, publish for events.',
  },
  GULO_PAYLOAD_INVALID: {
    message: 'The data of {message} is {found}.',
    mend: 'Pass a plain object with the fields of the message.',
  },
  GULO_CONTEXT_INVALID: {
    message: '{operation} got options that cannot go along with a message: {wrong}.',
    mend: 'Give short texts without control characters, or leave them out.',
  },
  GULO_EVENTS_INVALID: {
    message: '{handler} returned {found} among its events.',
    mend: 'Put instances of DomainEvent in domainEvents and of IntegrationEvent in integrationEvents, each an array.',
  },
  GULO_KEY_INVALID: {
    message: 'The key of {message} is {found}.',
    mend: 'Let the key of @Contract name a field that holds a string or a number, or be a function that returns one.',
  },
  GULO_TOPIC_INVALID: {
    message: 'The topic of {message} is {found}.',
    mend: 'Let the topic of @Contract, or the topic strategy of the service, be a name or answer one.',
  },
  GULO_CONTRACT_MISSING: {
    message: '{message} has no contract, so it cannot cross services.',
    mend: "Put @Contract('domain.entity.event.v1', { key: '…' }) on the class.",
  },
  GULO_CONTRACT_NAME: {
    message: 'The contract type "{type}" of {message} is badly named: {wrong}.',
    mend: 'Rename it, or give the service another naming policy.',
  },
  GULO_CONTRACT_DUPLICATE: {
    message: 'The contract type "{type}" is claimed by {first} and by {second}.',
    mend: 'Give each class a type of its own, or raise the version of one.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>
