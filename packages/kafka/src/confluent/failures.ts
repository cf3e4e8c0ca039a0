import { KafkaFailure } from '../client/client.js'
import { reasonOf } from '../faults.js'
import type { Callback, DriverError } from './driver.js'

// What librdkafka says by numbers of its own, in those of the protocol. Whatever is not here says nothing about what
// the broker did.
const CODES: Readonly<Record<number, number>> = {
  [-190]: 3, // unknown partition
  [-188]: 3, // unknown topic
  [-169]: 58, // authentication
  [-150]: 47, // fatal: this producer is finished
  [-144]: 90, // fenced
  [-142]: 25, // assignment lost
  [-138]: 87, // another record of the batch was invalid
}

// Events carry the text of the error and not its number.
const TEXTS: readonly (readonly [RegExp, number])[] = [
  [/authorization failed/i, 31],
  [/authentication (fail|error)/i, 58],
  [/unsupported sasl mechanism/i, 33],
  [/fatal error/i, 47],
]

/** Turns an error of the binding into one with the code of the protocol. */
export function toFailure(error: unknown): KafkaFailure {
  if (error instanceof KafkaFailure) return error
  const { code } = (error ?? {}) as Partial<DriverError>
  const text = reasonOf(error instanceof Error ? error : ((error as DriverError | undefined)?.message ?? error))
  return new KafkaFailure(text, codeOf(code, text), error)
}

/** The failure that a line of librdkafka's log or an event without a number tells of. */
export function failureOfText(text: string): KafkaFailure {
  return new KafkaFailure(text, codeOf(undefined, text))
}

function codeOf(code: unknown, text: string): number | undefined {
  if (typeof code === 'number' && code > 0) return code
  if (typeof code === 'number' && code in CODES) return CODES[code]
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1]
}

/** A call of the binding as a promise, with errors of this package; what it throws counts as well. */
export function called<T>(call: (done: Callback<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      call((error, result) => (error ? reject(toFailure(error)) : resolve(result)))
    } catch (error) {
      reject(toFailure(error))
    }
  })
}
