import {
  createRuntime,
  decode,
  type Envelope,
  type Forwarder,
  type OutgoingMessage,
  type ReceivedMessage,
  type SubscriptionHandle,
  sleep,
  systemClock,
  type Transport,
  type TransportSubscription,
} from '@gulo/core'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { within } from '../suite/waiting.js'
import { Collector, type Work } from './collector.js'
import type { Disturbances, TransportDriver, TransportSuiteFacts } from './transport-driver.js'

type Facts = Required<TransportSuiteFacts>

/** What one case works with: topics and groups of its own, transports that are stopped at its end. */
export class Scene {
  private readonly runtime = createRuntime()
  private readonly name = this.runtime.newId().slice(-12)
  private readonly transports: Transport[] = []
  private readonly ends: (() => Promise<unknown>)[] = []
  private number = 0

  constructor(
    private readonly driver: TransportDriver,
    readonly facts: Facts,
  ) {}

  /** What the driver can do to its broker. */
  get disturb(): Disturbances {
    return this.driver.disturb ?? {}
  }

  /** A started transport. */
  async start(): Promise<Transport & Forwarder> {
    const transport = this.create()
    await transport.start()
    return transport
  }

  /** A transport that is not started. */
  create(): Transport & Forwarder {
    const transport = this.driver.create()
    this.transports.push(transport)
    return transport as Transport & Forwarder
  }

  /** The name of a topic that nobody else uses. */
  async topic(label = 'items'): Promise<string> {
    const topic = `conformance.${label}-${this.name}`
    await this.driver.prepare?.(topic)
    return topic
  }

  /** Has the topics beside a topic made usable where messages are set aside or wait. */
  async beside(topic: string, suffix: string): Promise<string> {
    await this.driver.prepare?.(`${topic}${suffix}`)
    return `${topic}${suffix}`
  }

  /** The name of a group that nobody else uses. */
  group(label = 'group'): string {
    return `${label}-${this.name}`
  }

  /** A member that does `work`. */
  collector(work?: Work): Collector {
    return new Collector((message) => this.read(message), this.facts.patienceMs, work)
  }

  subscribe(
    transport: Transport,
    topic: string,
    collector: Collector,
    group = this.group(),
  ): Promise<SubscriptionHandle> {
    return this.subscribeTo(transport, [topic], collector, { group })
  }

  /**
   * A member of a group of its own that does nothing: what it has been given, others would have been given as well. That
   * proves more than waiting does.
   */
  async witness(topics: readonly string[]): Promise<Collector> {
    const witness = this.collector()
    await this.subscribeTo(await this.start(), topics, witness, { group: this.group('witness') })
    return witness
  }

  /** Subscribes to several topics, or in another way than usual. */
  subscribeTo(
    transport: Transport,
    topics: readonly string[],
    { deliver }: Collector,
    more: Partial<TransportSubscription> = {},
  ): Promise<SubscriptionHandle> {
    const routes = topics.map((topic) => ({ topic, types: ['conformance.item.changed.v1'] }))
    return transport.subscribe({ group: this.group(), action: 'collect', routes, deliver, ...more })
  }

  /** Matches the topics of this scene whose labels begin so, and what is named after them. */
  pattern(label: string): RegExp {
    return new RegExp(`^conformance\\.${label}[a-z0-9-]*-${this.name}`)
  }

  /** Resolves once `met` answers true; for what tells nobody when it happens. */
  eventually(what: string, met: () => Promise<boolean>): Promise<void> {
    let over = false
    const look = async () => {
      while (!over && !(await met())) await sleep(systemClock, 20)
    }
    return this.within(look(), what).finally(() => {
      over = true
    })
  }

  envelope(topic: string, more: Partial<Envelope> = {}): Envelope {
    const number = ++this.number
    return {
      id: this.runtime.newId(),
      type: 'conformance.item.changed.v1',
      source: 'conformance',
      topic,
      occurredAt: this.runtime.timestamp(),
      payload: { number },
      ...more,
    }
  }

  /** `count` envelopes, each with what `more` says of its index. */
  envelopes(topic: string, count: number, more: (index: number) => Partial<Envelope> = () => ({})): Envelope[] {
    return Array.from({ length: count }, (_, index) => this.envelope(topic, more(index)))
  }

  outgoing(topic: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
    return { topic, type: 'conformance.item.changed.v1', key: undefined, body: new Uint8Array(), headers: {}, ...more }
  }

  read(message: ReceivedMessage): Envelope {
    return this.driver.read === undefined ? decode(message) : this.driver.read(message)
  }

  within<T>(work: Promise<T>, what: string): Promise<T> {
    return within(this.facts.patienceMs, work, what)
  }

  /** Has something done before the transports stop. */
  atEnd(work: () => Promise<unknown>): void {
    this.ends.push(work)
  }

  /** Stops every transport; what they say of it is no part of a case. */
  async close(): Promise<void> {
    const ends = Promise.allSettled(this.ends.map((work) => work()))
    await within(this.facts.patienceMs, ends, 'the consumers stop').catch(() => undefined)
    const stops = Promise.allSettled(this.transports.map((transport) => transport.stop({ deadlineMs: 100 })))
    await within(this.facts.patienceMs, stops, 'the transports stop').catch(() => undefined)
  }
}

/** Makes the cases of a suite: each plays in a scene of its own. */
export function sceneCase(facts: Facts) {
  return (
    title: string,
    play: (scene: Scene) => Promise<void>,
    notFor?: string | false,
  ): ConformanceCase<TransportDriver> => ({
    title,
    notFor: notFor === false ? undefined : notFor,
    async run(driver) {
      const scene = new Scene(driver, facts)
      try {
        await play(scene)
      } finally {
        await scene.close()
      }
    },
  })
}
