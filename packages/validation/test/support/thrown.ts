import { GuloError } from '@gulo/core'

/** The GuloError that a function throws or rejects with; anything else fails the test. */
export async function thrown(run: () => unknown): Promise<GuloError> {
  try {
    await run()
  } catch (error) {
    if (GuloError.is(error)) return error
    throw error
  }
  throw new Error('expected an error, but there was none')
}
