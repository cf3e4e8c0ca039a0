import { batchFaults } from '../consuming/consumer-faults.js'
import { describeValue } from '../message/message.js'
import type { Recurring } from '../scheduling/recurring.js'
import { extentFaults } from '../transport/check-subscription.js'
import type { ServiceOptions } from './service-options.js'

/** What is wrong with the options of a service, each with its mend. */
export function optionFaults(options: ServiceOptions): string[] {
  if (typeof options !== 'object' || options === null)
    return [`options is ${describeValue(options)}: pass an object with name and handlers.`]
  const { name, handlers, maxEventDepth = 1, ordering = 'normal', unknownTypes = 'ignore' } = options
  const { onPublishFailure = 'reject', concurrency = 16 } = options
  return [
    ...(typeof name === 'string' && /^[a-z][a-z0-9._-]*$/.test(name)
      ? []
      : [`name is ${JSON.stringify(name)}: use lower case letters, digits, dots and dashes.`]),
    ...(Array.isArray(handlers) ? [] : ['handlers is no array: list handler classes, or nothing: [].']),
    ...(Number.isInteger(maxEventDepth) && maxEventDepth > 0
      ? []
      : [`maxEventDepth is ${maxEventDepth}: use a whole number above 0.`]),
    ...(Number.isInteger(concurrency) && concurrency > 0
      ? []
      : [`concurrency is ${concurrency}: use a whole number above 0.`]),
    ...(['normal', 'strict'].includes(ordering) ? [] : [`ordering is "${ordering}": use "normal" or "strict".`]),
    ...(['ignore', 'dead-letter'].includes(unknownTypes)
      ? []
      : [`unknownTypes is "${unknownTypes}": use "ignore" or "dead-letter".`]),
    ...(['reject', 'dead-letter'].includes(onPublishFailure)
      ? []
      : [`onPublishFailure is "${onPublishFailure}": use "reject" or "dead-letter".`]),
    ...batchFaults(options.batch),
    ...recurringFaults(options.recurring),
    ...extentFaults({ patterns: options.patterns, startAt: options.startAt }),
  ]
}

function recurringFaults(schedules: unknown = []): string[] {
  if (!Array.isArray(schedules)) return ['recurring is no array: list what recurring(…) makes.']
  const names = schedules.map((each: Partial<Recurring> | undefined) => each?.name)
  const doubled = names.filter((name, index) => name !== undefined && names.indexOf(name) < index)
  return [
    ...(names.includes(undefined) ? ['recurring holds something else: list what recurring(…) makes.'] : []),
    ...doubled.map((name) => `recurring has two schedules named ${name}: give each a name of its own.`),
  ]
}
