import {
  type Command,
  type ContextOptions,
  type Duration,
  EventPublisher,
  type IntegrationEvent,
  type MemoryBroker,
  type MemoryStore,
  type MessageClass,
  memoryBroker,
  memoryStore,
  memoryTransport,
  nextTurn,
  type Query,
  type ResultOf,
  type Service,
  type ServiceOptions,
  seededRandom,
  toMs,
} from '@gulo/core'
import { fault } from '../faults.js'
import { Activity } from './activity.js'
import { Probes } from './probes.js'
import { VirtualClock } from './virtual-clock.js'

export interface HarnessOptions {
  /** Seed of everything random. @default 1 */
  readonly seed?: number
  /** Options that every service is given, such as another failure policy. */
  readonly overrides?: Partial<ServiceOptions>
  /** How far `settled` may go on in virtual time. @default '1h' */
  readonly horizon?: Duration
}

/** Runs services without a broker, a database or real time: see {@link Harness}. The services passed in stay unstarted. */
export async function harness(services: Service | readonly Service[], options: HarnessOptions = {}): Promise<Harness> {
  const made = new Harness(Array.isArray(services) ? services : [services as Service], options)
  return made.start()
}

/** Services on one memory broker and a virtual clock, with probes of what happens and faults to inject. */
export class Harness implements AsyncDisposable {
  readonly clock = new VirtualClock()
  readonly broker: MemoryBroker = memoryBroker()
  readonly probes = new Probes()
  /** The running copies, in the order they were given. */
  readonly services: readonly Service[]
  private readonly stores = new Map<string, MemoryStore>()
  private readonly activity = new Activity()
  private readonly outside: EventPublisher
  private readonly horizonMs: number

  constructor(services: readonly Service[], { seed = 1, overrides, horizon = '1h' }: HarnessOptions) {
    const random = seededRandom(seed)
    this.horizonMs = toMs(horizon) ?? 3_600_000
    this.services = services.map((service) => this.adopt(service, { clock: this.clock, random, ...overrides }))
    this.outside = new EventPublisher({ transport: memoryTransport({ broker: this.broker }), source: 'outside' })
  }

  async start(): Promise<this> {
    await this.outside.start()
    for (const service of this.services) await service.start()
    await nextTurn()
    return this
  }

  /** Sends to the first service, or to the one that is named. */
  send<M extends Command<unknown> | Query<unknown>>(message: M, to?: string): Promise<ResultOf<M>> {
    return this.service(to).mediator.send(message)
  }

  /** Publishes an integration event as another service would. */
  publish(event: IntegrationEvent, context?: ContextOptions): Promise<void> {
    return this.outside.publish(event, context)
  }

  /** The store of the first service, or of the one that is named. */
  store(of?: string): MemoryStore {
    return this.stores.get(this.service(of).name) as MemoryStore
  }

  /** The running service of that name; the first without a name. @throws GULO_TEST_UNKNOWN_SERVICE */
  service(name?: string): Service {
    const found = name === undefined ? this.services[0] : this.services.find((each) => each.name === name)
    if (found === undefined) {
      throw fault('GULO_TEST_UNKNOWN_SERVICE', { name, known: this.services.map((each) => each.name) })
    }
    return found
  }

  /** Lets the next `times` handlings of a message fail before its handler runs. */
  fail(messageClass: MessageClass, error: unknown = new Error('injected fault'), times = 1): void {
    this.activity.fail(messageClass, error, times)
  }

  /** Goes on in virtual time. */
  async advance(duration: Duration): Promise<void> {
    await this.clock.advance(toMs(duration) ?? 0)
  }

  /**
   * Resolves once nothing is under way: no handler runs, no retry waits, nothing is on its way to a handler. Waiting
   * retries are reached by letting virtual time go on.
   * @throws GULO_TEST_NOT_SETTLED when that does not end within the horizon
   */
  async settled(): Promise<void> {
    const endMs = this.clock.now() + this.horizonMs
    let quietTurns = 0
    let seen = -1
    while (quietTurns < 3) {
      await nextTurn()
      const active = this.activity.running > 0 || this.probes.signals.length !== seen || (await this.hasBacklog())
      seen = this.probes.signals.length
      if (this.activity.running > 0 && this.clock.nextDueMs === undefined) continue
      const nextMs = this.clock.nextDueMs
      if (nextMs !== undefined) {
        if (nextMs > endMs) throw fault('GULO_TEST_NOT_SETTLED', { horizonMs: this.horizonMs })
        await this.clock.advance(nextMs - this.clock.now())
        quietTurns = 0
      } else if (active) {
        await this.clock.advance(5) // lets polls in the background look
        if (this.clock.now() > endMs) throw fault('GULO_TEST_NOT_SETTLED', { horizonMs: this.horizonMs })
        quietTurns = 0
      } else quietTurns++
    }
  }

  async stop(): Promise<void> {
    for (const service of this.services.toReversed()) await this.driven(service.stop())
    await this.driven(this.outside.stop())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  private adopt(service: Service, overrides: Partial<ServiceOptions>): Service {
    const store = memoryStore()
    this.stores.set(service.name, store)
    const { transport, middleware = [], observers = [] } = service.options
    return service.with({
      store,
      ...(transport && { transport: memoryTransport({ broker: this.broker }) }),
      ...overrides,
      middleware: [this.activity.wrapper, ...(overrides.middleware ?? middleware)],
      observers: [...observers, this.probes.observer],
    })
  }

  private async hasBacklog(): Promise<boolean> {
    for (const store of this.stores.values()) if ((await store.outbox.pending()).count > 0) return true
    return false
  }

  /** Stopping may wait for timers of the virtual clock: it goes on meanwhile. */
  private async driven(work: Promise<void>): Promise<void> {
    let done = false
    const settling = work.finally(() => {
      done = true
    })
    settling.catch(() => undefined)
    while (!done) await this.clock.advance(10)
    await settling
  }
}
