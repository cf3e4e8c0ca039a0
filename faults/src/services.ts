/** A broker of a cluster that was started for a rig. */
export interface StartedBroker {
  readonly id: number
  /** `host:port` of the listener that no proxy stands before. */
  readonly address: string
  pid(): number | undefined
  start(): Promise<void>
  /** Resolves once it answers and sees so many brokers. */
  ready(brokers: number): Promise<void>
  /** `keep` leaves its data for another start. */
  stop(how?: { readonly keep?: boolean; readonly by?: NodeJS.Signals }): Promise<void>
}

export interface StartedKafka {
  readonly brokers: readonly StartedBroker[]
  stop(): Promise<void>
}

/** A listener beside the usual one; `advertised` is the port that clients are told. */
export interface Listener {
  readonly name: string
  readonly protocol: string
  readonly port: number
  readonly advertised: number
}

interface BrokerOptions {
  readonly heapMb?: number
  readonly listeners?: readonly Listener[]
  readonly properties?: Readonly<Record<string, string | number>>
}

export interface StartedRabbitMq {
  readonly address: string
  /** Starts it again with its data. */
  start(): Promise<void>
  /** Ends it as a crash does. */
  kill(): Promise<void>
  /** Runs rabbitmqctl on it and answers what that prints. */
  control(...words: readonly string[]): Promise<string>
  stop(): Promise<void>
}

export interface StartedPostgres {
  readonly address: string
  /** Starts it again with its data. */
  start(): Promise<void>
  /** `keep` leaves its data for another start; SIGQUIT ends it without a checkpoint. */
  stop(how?: { readonly keep?: boolean; readonly by?: NodeJS.Signals }): Promise<void>
}

/** What rigs use of the scripts that bring services up. */
export interface Services {
  startKafka(how: { readonly brokers: number; options(id: number): BrokerOptions }): Promise<StartedKafka>
  startRabbitmq(how: { readonly plugins: readonly string[] }): Promise<StartedRabbitMq>
  startPostgres(how: { readonly settings: readonly string[] }): Promise<StartedPostgres>
  freePorts(count: number): Promise<number[]>
  remember(entry: { readonly name: string; readonly pid: number; readonly signal: string }): object
  forget(record: object): void
}

const FILES = [
  'kafka/cluster.mjs',
  'rabbitmq/node.mjs',
  'postgres/cluster.mjs',
  'support/ports.mjs',
  'support/records.mjs',
]

let loaded: Promise<Services> | undefined

/** What starts brokers, in the repository's own scripts: programs there have no types, so they are given here. */
export function services(): Promise<Services> {
  const load = async () => {
    const modules = FILES.map((file) => import(new URL(`../../scripts/services/${file}`, import.meta.url).href))
    return Object.assign({}, ...(await Promise.all(modules))) as Services
  }
  loaded ??= load()
  return loaded
}
