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
  resolve(name: string, options?: { readonly mayBuild: boolean }): Promise<Resolved>
  describeService(service: Resolved): string
}

/** Finds the services of a suite as the tests do, or brings them up, and says which on standard error. */
export async function findServices(names: readonly string[]): Promise<RunningService> {
  const found: RunningService[] = []
  const stop = async () => {
    await Promise.all(found.map((each) => each.stop()))
  }
  try {
    for (const name of names) found.push(await findService(name))
  } catch (error) {
    await stop()
    throw error
  }
  return { address: found.map(({ address }) => address).join(' '), stop }
}

async function findService(name: string): Promise<RunningService> {
  const { resolve, describeService } = await services()
  const found = await resolve(name)
  console.error(describeService(found))
  if (found.how === 'skipped') throw new Error(`There is no ${name} here: ${found.detail}.`)
  return found
}

/** The folder of a library that the tests have built, or why there is none; nothing is built. */
export async function findLibrary(name: string): Promise<{ readonly folder: string } | { readonly reason: string }> {
  const { how, address, detail = '' } = await (await services()).resolve(name, { mayBuild: false })
  return how === 'skipped' ? { reason: detail } : { folder: address }
}

async function services(): Promise<Services> {
  const module = new URL('../../scripts/services/resolve.mjs', import.meta.url)
  return (await import(module.href)) as Services
}
