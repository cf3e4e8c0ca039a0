interface StartedBroker {
  start(): Promise<void>
  ready(): Promise<void>
  stop(how: { readonly keep: boolean }): Promise<void>
}

export interface StartedKafka {
  readonly address: string
  readonly brokers: readonly StartedBroker[]
  /** Ports of the controllers. */
  readonly controllers: readonly number[]
  stop(): Promise<void>
}

/** PEM texts, and the path of both in one file. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly store: string
}

export interface Authority {
  /** PEM text of its own certificate, and the path of that. */
  readonly cert: string
  readonly file: string
  issue(what: { name: string; hosts?: readonly string[]; days?: number }): Promise<Certificate>
}

/** What tests use of the scripts that bring services up: programs there have no types, so they are given here. */
export interface Services {
  startKafka(of: { brokers?: number; options: object }): Promise<StartedKafka>
  freePorts(count: number): Promise<number[]>
  createAuthority(folder: string, name: string): Promise<Authority>
  certificatesFault(): string | undefined
  librariesFault(): string | undefined
  findJava(): Promise<{ readonly fault?: string }>
  tls(of: { store: string; clients?: string }): object
  sasl(of: { mechanisms: readonly string[]; users?: object }): object
  scramUsers(users: object): readonly string[]
  acls(superUsers: readonly string[]): object
}

const FILES = [
  'kafka/cluster.mjs',
  'kafka/java.mjs',
  'kafka/libraries.mjs',
  'support/certificates.mjs',
  'kafka/security.mjs',
  'support/ports.mjs',
]

let loaded: Promise<Services> | undefined

export function services(): Promise<Services> {
  // Compiled files lie as deep as their sources.
  const folder = new URL('../../../../scripts/services/', import.meta.url)
  const load = async () =>
    Object.assign({}, ...(await Promise.all(FILES.map((file) => import(new URL(file, folder).href))))) as Services
  loaded ??= load()
  return loaded
}

/** Why no broker of one's own can be started here; undefined when it can. */
export async function brokerFault(): Promise<string | undefined> {
  const { findJava, librariesFault } = await services()
  return (await findJava()).fault ?? librariesFault()
}

/** Why no broker of one's own with certificates can be started here; undefined when it can. */
export async function servicesFault(): Promise<string | undefined> {
  const { certificatesFault } = await services()
  return (await brokerFault()) ?? certificatesFault()
}
