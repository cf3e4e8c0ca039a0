import type { GuloError } from '@gulo/core'
import { expect } from 'chai'

/** What a promise is rejected with. */
export function failureOf(promise: Promise<unknown>): Promise<GuloError> {
  return promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )
}
