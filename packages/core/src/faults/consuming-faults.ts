import type { ErrorEntry } from '../errors.js'

/** What can go wrong between the broker and a handler, now or later. */
export const CONSUMING_FAULTS = {
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
    mend: 'Give it a group, at least one handler of an integration event, and only options that its transport can keep.',
  },
  GULO_ABILITY_MISSING: {
    message: '{component} cannot {ability}: {reason}.',
    mend: 'Do without, or use a transport that can.',
  },
  GULO_GROUP_ACTIVE: {
    message: 'The group {group} cannot be moved: it has {members} members.',
    mend: 'Stop its consumers first, then move it, then start them.',
  },
  GULO_NOT_STORED: {
    message: 'The broker is not known to have stored {count} messages: {reason}.',
    mend: 'Publish details.unsent again if the error is retryable; otherwise mend the cause first.',
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
  GULO_DEDUPE_KEY_INVALID: {
    message: 'dedupe.by of {handler} answered {found}.',
    mend: 'Answer a text that is not empty, or undefined for a message that is like no other.',
  },
  GULO_POSITION_LOST: {
    message:
      'Partition {partition} of {topic} is no longer that of this consumer of {group}, so nothing is stored for it.',
    mend: 'Nothing need be done: whoever has the partition now handles its messages.',
    retryable: true,
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
  GULO_DEAD_LETTERS_MISSING: {
    message: 'The consumer {group} has nowhere to put messages that must be set aside.',
    mend: 'Give it deadLetters, such as those of a store, or a transport that can forward.',
  },
  GULO_DEAD_LETTER_UNKNOWN: {
    message: 'There is no dead letter {id}.',
    mend: 'List the dead letters with find() and use an id from there.',
  },
  GULO_DEAD_LETTER_REQUEST: {
    message: '{operation} of dead letters cannot be had: {wrong}.',
    mend: 'Use the fields of a letter, a limit from 1 to 1000, the cursor of an earlier page, and name who asks as actor.',
  },
  GULO_DEAD_LETTER_STATE: {
    message: 'The dead letter {id} is {status}, so it cannot be {wanted}.',
    mend: 'Wait until its replay has ended. Only a new letter can be edited or discarded, only a discarded one restored.',
  },
  GULO_DEAD_LETTERS_LIMITED: {
    message: '{operation} needs more than the dead letters of {service} can do.',
    mend: 'Give the service a store whose dead letters can: memoryStore() or postgres({ … }).',
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
  GULO_SCHEDULE_UNAVAILABLE: {
    message: '{operation} needs a schedule, and this service has none.',
    mend: 'Give the service a store: memoryStore() or a database.',
  },
  GULO_FORWARD_UNAVAILABLE: {
    message: '{operation} need a transport that can forward, and this one cannot.',
    mend: 'Use schedule(…) with a store, retry in place, or give the transport a forward method.',
  },
  GULO_RECURRING_INVALID: {
    message: 'The recurring schedule {name} is invalid: {wrong}.',
    mend: 'Use recurring(name, every(…) or cron(…), () => message), as each fault says.',
  },
  GULO_RECURRING_UNKNOWN: {
    message: 'The service {service} has no recurring schedule {name}.',
    mend: 'List it in recurring of the service, or use a name from recurring.list().',
  },
  GULO_SCHEDULE_INVALID: {
    message: '{message} cannot be scheduled: {wrong}.',
    mend: 'Schedule an integration event or a command with @Contract, at a valid date.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>
