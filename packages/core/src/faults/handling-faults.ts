import type { ErrorEntry } from '../errors.js'

/** What can be wrong with handlers, middleware and a dispatch. */
export const HANDLING_FAULTS = {
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
    message: 'Messages caused one another more than {depth} levels deep; the last was {message}.',
    mend: 'Break the ring of events and sends, or raise maxEventDepth if the depth is meant.',
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
} as const satisfies Readonly<Record<string, ErrorEntry>>
