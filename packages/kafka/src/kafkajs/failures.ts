import { KafkaFailure } from '../client/client.js'
import { reasonOf } from '../faults.js'

interface Shaped {
  readonly name?: string
  readonly message?: string
  readonly code?: unknown
  readonly cause?: unknown
  readonly errors?: readonly unknown[]
}

const SASL_AUTHENTICATION_FAILED = 58
// what kafkajs gives codes it has no name for
const UNNAMED = -99
const DEEPEST = 5

/** Turns an error of kafkajs, however wrapped, into one with the code of the protocol. */
export function toFailure(error: unknown): KafkaFailure {
  if (error instanceof KafkaFailure) return error
  let found = error as Shaped | undefined
  for (let depth = 0; found && depth < DEEPEST; depth++) {
    const code = codeOf(found)
    if (code !== undefined) return new KafkaFailure(reasonOf(found), code, error)
    found = (found.errors?.[0] ?? found.cause) as Shaped | undefined
  }
  return new KafkaFailure(reasonOf(error), undefined, error)
}

function codeOf({ name, code }: Shaped): number | undefined {
  if (name === 'KafkaJSSASLAuthenticationError') return SASL_AUTHENTICATION_FAILED
  return typeof code === 'number' && code !== UNNAMED ? code : undefined
}

/** Settles like `work`, with errors of this package. */
export function translated<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw toFailure(error)
  })
}
