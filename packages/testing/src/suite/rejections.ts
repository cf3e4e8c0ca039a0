import { expect } from 'chai'

/** Expects a rejection with a GuloError of this code; answers the error. */
export async function rejectsWith(
  code: string,
  work: () => Promise<unknown>,
): Promise<{ readonly details: Record<string, unknown> }> {
  const error = await rejects(work, code)
  expect(error, `expected ${code}, got ${String(error)}`).to.have.property('code', code)
  return error as { readonly details: Record<string, unknown> }
}

/** Expects a rejection of any kind; answers the error. */
export async function rejects(work: () => Promise<unknown>, wanted = 'a rejection'): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  return expect.fail(`expected ${wanted}, but it resolved`)
}
