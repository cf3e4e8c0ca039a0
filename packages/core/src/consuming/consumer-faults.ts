import type { RegisteredHandler } from '../handling/registry.js'
import { describeValue } from '../message/message.js'
import type { AssigningTransport } from '../transport/assigning.js'
import { extentFaults } from '../transport/check-subscription.js'
import type { ConsumerOptions } from './consumer-options.js'

/** What is wrong with the options of a consumer, each with its mend. */
export function consumerFaults(options: ConsumerOptions): readonly string[] {
  const { group, transport, concurrency = 16, maxUnfinishedAttempts = 3 } = options
  return [
    ...(group ? [] : ['group is missing: name it after the service.']),
    ...(transport ? [] : ['transport is missing: give it kafka(…), rabbitmq(…) or memoryTransport().']),
    ...(Number.isInteger(concurrency) && concurrency > 0
      ? []
      : [`concurrency is ${concurrency}: use a whole number above 0.`]),
    ...(maxUnfinishedAttempts > 0 ? [] : [`maxUnfinishedAttempts is ${maxUnfinishedAttempts}: use a number above 0.`]),
    ...batchFaults(options.batch),
    ...extentFaults(options),
    ...sharedFaults(options),
  ]
}

/** Why positions cannot be stored with what handlers do, each with its mend. */
function offsetFaults(
  { offsets = 'broker', positions, publishing, transport, broadcast }: ConsumerOptions,
  handlers: readonly RegisteredHandler[],
): string[] {
  if (offsets === 'broker') return []
  if (offsets !== 'with-state') return [`offsets is ${describeValue(offsets)}: use "broker" or "with-state".`]
  const classes = handlers.map(({ messageClass }) => messageClass)
  const several = new Set(classes.filter((each, index) => classes.indexOf(each) !== index))
  return [
    ...(positions === undefined
      ? ['offsets is "with-state" but the store keeps no positions: give it positions.']
      : []),
    ...(publishing?.joinable === undefined
      ? [
          'offsets is "with-state" without a unit of work that what handlers raise commits with: give it one, with an outbox.',
        ]
      : []),
    ...((transport as Partial<AssigningTransport>).tellsAssigned === true
      ? []
      : ['offsets is "with-state" but its transport does not say which partitions it has: use kafka(…), or "broker".']),
    ...(broadcast === true ? ['offsets is "with-state" with broadcast, which keeps no positions: use "broker".'] : []),
    ...[...several].map(
      ({ name }) =>
        `offsets is "with-state" but ${name} has several handlers, in a transaction each: isolate all but one.`,
    ),
  ]
}

/** What is wrong with the bounds of batches, each with its mend. */
export function batchFaults(batch: ConsumerOptions['batch']): string[] {
  if (batch === undefined || batch === false) return []
  if (typeof batch !== 'object' || batch === null)
    return [`batch is ${describeValue(batch)}: use { size, maxMs }, or false for a transaction per message.`]
  const { size = 100, maxMs = 100 } = batch
  return [
    ...(Number.isInteger(size) && size > 0 && size <= 10_000
      ? []
      : [`batch.size is ${size}: use a whole number from 1 to 10000.`]),
    ...(maxMs > 0 ? [] : [`batch.maxMs is ${maxMs}: use a number above 0.`]),
  ]
}

// All instances have one group: what is kept under its name is known to all of them, or reaches any one of them.
function sharedFaults({ broadcast, inbox, attemptLog, retryLater }: ConsumerOptions): string[] {
  if (broadcast !== true) return []
  return [
    ...(inbox
      ? ['broadcast is on with an inbox: what one instance has done, the others would leave out. Leave out the inbox.']
      : []),
    ...(attemptLog
      ? [
          'broadcast is on with an attemptLog: attempts of several instances would look like one that never ends. Leave it out.',
        ]
      : []),
    ...(retryLater
      ? ['broadcast is on with retryLater: a later attempt would reach any one instance. Leave it out.']
      : []),
  ]
}

/** What contradicts the policy or the handlers of a consumer, each with its mend. */
export function wiringFaults(options: ConsumerOptions, handlers: readonly RegisteredHandler[]): string[] {
  const { broadcast, patterns = [], policy, keys, publishing, heldKeys } = options
  return [
    ...offsetFaults(options, handlers),
    ...handlers
      .filter(({ dedupe }) => dedupe !== undefined && (keys === undefined || publishing?.hasUnitOfWork !== true))
      .map(
        ({ name }) =>
          `${name} has dedupe, without a store that keeps its keys: give it unitOfWork and idempotencyKeys.`,
      ),
    ...(policy?.keepsOrder && heldKeys === undefined
      ? ['its policy keeps the order behind dead letters but it has no heldKeys: give it those of a store.']
      : []),
    ...(policy?.keepsOrder && broadcast === true
      ? ['broadcast is on with a policy that keeps the order behind dead letters, which all instances would share.']
      : []),
    ...(broadcast === true && policy?.reorders
      ? ['broadcast is on with a policy that tries again later, which any one instance might do: retry in place.']
      : []),
    ...(patterns.length > 0 && (policy?.retryTopics ?? 0) > 0
      ? [
          'patterns are given with a policy that has retry topics, which nobody reads for a topic found later: schedule retries, or retry in place.',
        ]
      : []),
  ]
}
