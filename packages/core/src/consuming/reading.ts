import { fault } from '../faults.js'
import { matchesTopic } from '../transport/topic-patterns.js'
import type {
  LagReporter,
  ListingSubscription,
  PartitionLag,
  PausableSubscription,
  Route,
  StopOptions,
  SubscriptionHandle,
  Transport,
} from '../transport/transport.js'
import type { Gate } from './gate.js'

export interface ReadingOptions {
  readonly group: string
  readonly transport: Transport & Partial<LagReporter>
  readonly routes: readonly Route[]
  readonly patterns: readonly RegExp[]
  readonly broadcast: boolean
  readonly gate: Gate
}

/** What a running consumer reads: whether it rests, and how far it has come. */
export class Reading {
  constructor(
    private readonly handle: SubscriptionHandle & Partial<PausableSubscription & ListingSubscription>,
    private readonly options: ReadingOptions,
  ) {}

  /** @throws GULO_SUBSCRIPTION_INVALID, GULO_ABILITY_MISSING */
  pause(topics?: readonly string[]): void {
    this.checkTopics(topics)
    if (this.handle.pause !== undefined) this.handle.pause(topics)
    else if (topics === undefined) this.options.gate.hold()
    else throw this.unable('rest for some topics', 'its transport can only hold back all of them')
  }

  /** @throws GULO_SUBSCRIPTION_INVALID, GULO_ABILITY_MISSING */
  resume(topics?: readonly string[]): void {
    this.checkTopics(topics)
    if (this.handle.resume !== undefined) this.handle.resume(topics)
    else if (topics === undefined) this.options.gate.release()
    else throw this.unable('go on with some topics', 'its transport can only go on with all of them')
  }

  /** @throws GULO_ABILITY_MISSING */
  async lag(): Promise<readonly PartitionLag[]> {
    const { transport, group, broadcast } = this.options
    if (broadcast) throw this.unable('tell its lag', 'a broadcast keeps no position at the broker')
    if (typeof transport.lag !== 'function')
      throw this.unable('tell its lag', 'its transport does not know how far a group has come')
    return transport.lag(group, this.topics())
  }

  close(options?: StopOptions): Promise<void> {
    return this.handle.close(options)
  }

  private topics(): readonly string[] {
    const { routes, patterns } = this.options
    if (patterns.length === 0) return routes.map(({ topic }) => topic)
    if (this.handle.topics !== undefined) return this.handle.topics()
    throw this.unable('tell its lag', 'its transport does not say which topics match its patterns')
  }

  private checkTopics(topics: readonly string[] | undefined): void {
    if (topics === undefined) return
    const { group, routes, patterns } = this.options
    if (!Array.isArray(topics)) throw fault('GULO_SUBSCRIPTION_INVALID', { group, wrong: 'topics is no array' })
    const reads = (topic: string) => routes.some((route) => route.topic === topic) || matchesTopic(patterns, topic)
    const foreign = topics.filter((topic) => !reads(topic))
    if (foreign.length === 0) return
    throw fault('GULO_SUBSCRIPTION_INVALID', { group, wrong: `it does not read ${foreign.join(', ')}` })
  }

  private unable(ability: string, reason: string): Error {
    return fault('GULO_ABILITY_MISSING', { component: `The consumer ${this.options.group}`, ability, reason })
  }
}
