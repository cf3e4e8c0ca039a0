import { type ErrorEntry, errorFactory } from './errors.js'

/** Every error of the core: `docs/reference/errors.md` is printed from this table. A code is never given a new meaning. */
export const CORE_ERRORS = {
  // messages and contracts
  GULO_NOT_A_MESSAGE: {
    message: '{operation} got {found}, which is no {expected}.',
    mend: 'Make one with SomeMessage.of({ … }) of a class that extends Command, Query, DomainEvent or IntegrationEvent.',
  },
  GULO_NOT_A_MESSAGE_CLASS: {
    message: 'Expected a message class, found {found}.',
    mend: 'Pass a class that extends Command, Query, DomainEvent or IntegrationEvent.',
  },
  GULO_WRONG_KIND: {
    message: '{operation} got {message}, which is a {kind}.',
    mend: 'Use send for commands and queries, publish for events.',
  },
  GULO_PAYLOAD_INVALID: {
    message: 'The data of {message} is {found}.',
    mend: 'Pass a plain object with the fields of the message.',
  },
  GULO_EVENTS_INVALID: {
    message: '{handler} returned {found} among its events.',
    mend: 'Put instances of DomainEvent in domainEvents and of IntegrationEvent in integrationEvents, each an array.',
  },
  GULO_KEY_INVALID: {
    message: 'The key of {message} is {found}.',
    mend: 'Let the key of @Contract name a field that holds a string or a number, or be a function that returns one.',
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
  // handling
  GULO_HANDLER_NOT_FOUND: {
    message: 'No handler for {message}.',
    mend: 'Put @Handles({message}) on a class and list that class in handlers.',
  },
  GULO_HANDLER_DUPLICATE: {
    message: '{message} is a {kind} with more than one handler: {handlers}.',
    mend: 'Keep exactly one; events may have several.',
  },
  GULO_HANDLER_INVALID: {
    message: '{handler} cannot be a handler: {wrong}.',
    mend: 'Put @Handles(SomeMessage) on a class with a handle method, or use handler(SomeMessage, function).',
  },
  GULO_HANDLER_DISABLED: {
    message: 'The handler {handler} of {message} is disabled.',
    mend: 'Enable it again with enable({handler}).',
    retryable: true,
  },
  GULO_HANDLERS_FAILED: {
    message: '{count} of {total} handlers of {message} failed: {errors}',
    mend: 'Look at details.errors, one for each handler; the other handlers have run.',
    retryable: true,
  },
  GULO_CASCADE_TOO_DEEP: {
    message: 'Domain events raised one another more than {depth} levels deep; the last was {message}.',
    mend: 'Break the ring of events, or raise maxEventDepth if the depth is meant.',
  },
  GULO_NEXT_CALLED_TWICE: {
    message: 'The middleware {middleware} called next twice for {message}.',
    mend: 'Call next exactly once; repeating a message is the work of a failure policy.',
  },
  GULO_NEXT_NOT_CALLED: {
    message: 'The middleware {middleware} ended without calling next for {message}.',
    mend: 'Return next(call), or end the message on purpose with return call.respond(value).',
  },
  GULO_NEXT_WRONG_CALL: {
    message: 'The middleware {middleware} called next with {found}.',
    mend: 'Pass on the call it was given: next(call).',
  },
  GULO_MIDDLEWARE_INVALID: {
    message: 'Middleware number {index} is {found}.',
    mend: 'Pass a function (call, next), an object with before, after or failed, or an object with forMessage.',
  },
  GULO_QUEUE_FULL: {
    message: 'The dispatch queue is full with {capacity} messages waiting.',
    mend: 'Slow the sender down, raise capacity, or let senders wait with whenFull: "wait".',
    retryable: true,
  },
  // mapping and publishing
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
    mend: 'Publish details.unsent again, or wire an outbox so that events and state commit together.',
    retryable: true,
  },
  GULO_NO_PUBLISHER: {
    message: '{operation} needs a publisher, and this service has none.',
    mend: 'Give the service a transport or a store with an outbox.',
  },
  GULO_TRANSACTION_MISSING: {
    message: 'The outbox got {count} events outside a unit of work.',
    mend: 'Publish from a handler, or pass { transaction } of the unit of work that is open.',
  },
  // unit of work and store
  GULO_TRANSACTION_INVALID: {
    message: '{operation} was given {found} as its transaction.',
    mend: 'Pass the transaction of the unit of work that is open, and await all that a handler starts before it returns.',
  },
  GULO_DEADLOCK: {
    message: 'Two transactions wait for each other; this one wanted {wanted}.',
    mend: 'Run the unit of work again; the other one goes on.',
    retryable: true,
  },
  // codec
  GULO_ENVELOPE_INVALID: {
    message: 'The {codec} envelope is invalid: {wrong}.',
    mend: 'Send id, source, type and, where given, well formed optional attributes.',
  },
  GULO_BODY_INVALID: {
    message: 'The body of {type} cannot be read as {contentType}: {reason}.',
    mend: 'Send a body that fits its content type.',
  },
  GULO_ENVELOPE_UNKNOWN: {
    message: 'No codec recognises the message from {topic}.',
    mend: 'Send CloudEvents (binary or structured) or the native JSON envelope.',
  },
  GULO_NOT_SERIALIZABLE: {
    message: 'The payload of {type} cannot be written as JSON: {reason}.',
    mend: 'Use strings, finite numbers, booleans, null, arrays, plain objects and Dates, without cycles.',
  },
  GULO_TOO_LARGE: {
    message: 'The {part} of {type} are {bytes} bytes; the limit is {limit}.',
    mend: 'Send less, put large content elsewhere and a reference in the message, or raise the limit.',
  },
  // transport and consuming
  GULO_NOT_STARTED: {
    message: '{operation} before {component} was started.',
    mend: 'Await start() first.',
  },
  GULO_ALREADY_STARTED: {
    message: '{component} is started already.',
    mend: 'Call start() once; make another instance for another run.',
  },
  GULO_STOPPED: {
    message: '{component} has been stopped.',
    mend: 'Make a new one; a stopped one does not start again.',
  },
  GULO_STOP_DEADLINE: {
    message: '{component} was not done within {deadlineMs} ms: {pending}.',
    mend: 'Raise the deadline of stop, or make the handlers heed context.signal.',
  },
  GULO_SUBSCRIPTION_INVALID: {
    message: 'The subscription of {group} is invalid: {wrong}.',
    mend: 'Give it a group and at least one handler of an integration event.',
  },
  GULO_NOT_STORED: {
    message: 'The broker is not known to have stored {count} messages: {reason}.',
    mend: 'Publish details.unsent again.',
    retryable: true,
  },
  GULO_PARTITION_UNKNOWN: {
    message: 'The topic {topic} has no partition {partition}.',
    mend: 'Use a partition the topic has, or leave it to the key.',
  },
  GULO_UNKNOWN_TYPE: {
    message: 'The consumer {group} has no handler for the type "{type}".',
    mend: 'Register a handler for its contract, or leave unknown types ignored.',
  },
  GULO_CONTRACT_VIOLATION: {
    message: 'A message of type "{type}" breaks its contract: {reason}.',
    mend: 'Mend the producer; the message is in quarantine as it was received.',
  },
  GULO_POISON_MESSAGE: {
    message: 'The message {messageId} was started {attempts} times by {consumer} and never finished.',
    mend: 'Find what ends the process while it is handled; then replay it from quarantine.',
  },
  GULO_HANDLER_TIMEOUT: {
    message: 'The handler {handler} did not finish {message} within {timeoutMs} ms.',
    mend: 'Make it faster, heed context.signal, or raise timeoutMs.',
    retryable: true,
  },
  GULO_MESSAGE_HELD_BACK: {
    message: 'The message waits for an earlier one of its key "{key}", which will be delivered again.',
    mend: 'Nothing: the broker delivers both again, in order.',
    retryable: true,
  },
  GULO_DEAD_LETTER_UNKNOWN: {
    message: 'There is no dead letter {id}.',
    mend: 'List the dead letters with find() and use an id from there.',
  },
  GULO_REPLAY_NO_CONSUMER: {
    message: 'The dead letter {id} belongs to the consumer {consumer}, which does not run in this service.',
    mend: 'Replay it in the service that has this consumer.',
  },
  GULO_POLICY_INVALID: {
    message: 'The failure policy is invalid: {wrong}.',
    mend: 'Build it with onError(…) and anyError(), ending each rule with deadLetter, quarantine or discard.',
  },
  GULO_DURATION_INVALID: {
    message: '{option} is {found}, which is no length of time.',
    mend: 'Use milliseconds as a number, or text such as "250ms", "10s", "15m", "2h", "7d".',
  },
  // scheduling
  GULO_SCHEDULE_UNAVAILABLE: {
    message: '{operation} needs a schedule, and this service has none.',
    mend: 'Give the service a store: memoryStore() or a database.',
  },
  GULO_SCHEDULE_INVALID: {
    message: '{message} cannot be scheduled: {wrong}.',
    mend: 'Schedule an integration event or a command with @Contract, at a valid date.',
  },
  // service
  GULO_CONFIGURATION_INVALID: {
    message: 'The configuration of {component} has {count} faults: {faults}',
    mend: 'Mend all of them; they were found in one look.',
  },
  GULO_CONTRADICTION: {
    message: 'The service {service} promises what its wiring cannot keep: {faults}',
    mend: 'Change the wiring as each fault says.',
  },
  GULO_START_FAILED: {
    message: 'The service {service} could not start: {reason}',
    mend: 'Mend the cause; what had started was stopped again.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** Makes an error of the core. */
export const fault = errorFactory(CORE_ERRORS)

/** Reports every fault of a configuration at once, or nothing. */
export function reportFaults(component: string, faults: readonly string[]): void {
  if (faults.length > 0)
    throw fault('GULO_CONFIGURATION_INVALID', { component, count: faults.length, faults: faults.join(' ') })
}
