/** A server that was found or brought up; `stop` ends it only in the second case. */
export interface RunningService {
  readonly address: string
  stop(): Promise<void>
}

interface Resolved extends RunningService {
  readonly name: string
  readonly how: 'used' | 'started' | 'skipped'
  readonly detail?: string
}

interface Services {
  resolve(name: string): Promise<Resolved>
  describeService(service: Resolved): string
}

/** Finds the service of a suite as the tests do, or brings it up, and says which on standard error. */
export async function findService(name: string | undefined): Promise<RunningService> {
  if (name === undefined) return { address: '', stop: async () => undefined }
  const module = new URL('../../scripts/services/resolve.mjs', import.meta.url)
  const { resolve, describeService } = (await import(module.href)) as Services
  const found = await resolve(name)
  console.error(describeService(found))
  if (found.how === 'skipped') throw new Error(`There is no ${name} here: ${found.detail}.`)
  return found
}
