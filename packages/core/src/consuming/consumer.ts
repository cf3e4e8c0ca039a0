import { setMaxListeners } from 'node:events'
import { fault, reportFaults } from '../faults.js'
import { type HandlerFunction, type HandlerOptions, handler } from '../handling/handler.js'
import { Mediator } from '../handling/mediator.js'
import type { HandlerSource } from '../handling/registry.js'
import { contractOf } from '../message/contract.js'
import type { IntegrationEvent, MessageClass } from '../message/message.js'
import { withDeadline } from '../runtime/clock.js'
import { shareRuntime } from '../runtime/runtime-user.js'
import { sayPosition } from '../transport/start-position.js'
import type { PartitionLag, StopOptions } from '../transport/transport.js'
import type { ArrivalLanes } from './arrival.js'
import { consumerFaults, wiringFaults } from './consumer-faults.js'
import { type ConsumerExtent, type ConsumerOptions, resolveParts } from './consumer-options.js'
import type { ConsumerParts } from './consumer-parts.js'
import { Delivery, type TypeRoute } from './delivery.js'
import { defaultFailurePolicy } from './failure-policy.js'
import { lanesFor } from './lanes-for.js'
import { openReading } from './open-reading.js'
import type { Reading } from './reading.js'
import type { Redelivery } from './redelivery.js'
import { integrationHandlers, routesOf, typesOf } from './routes.js'

/** Receives the integration events of one group and runs their handlers, in order per key, until each is settled. */
export class Consumer {
  readonly group: string
  private readonly options: ConsumerOptions
  private readonly added: HandlerSource[] = []
  private readonly stopping = new AbortController()
  private readonly aborted = new AbortController()
  private lanes: ArrivalLanes | undefined
  private delivery: Delivery | undefined
  private reading: Reading | undefined
  private parts: ConsumerParts | undefined
  private state: 'new' | 'started' | 'refused' | 'stopped' = 'new'

  /** @throws GULO_CONFIGURATION_INVALID */
  constructor(given: ConsumerOptions) {
    const options = given ?? {}
    reportFaults(options.group ? `the consumer ${options.group}` : 'a consumer', consumerFaults(options))
    this.options = options
    this.group = options.group
    // Every message in flight may listen, each for as long as it waits.
    setMaxListeners(0, this.stopping.signal, this.aborted.signal)
  }

  /** Adds a function as handler; before start. */
  handle<M extends IntegrationEvent>(
    messageClass: MessageClass<M>,
    handle: HandlerFunction<M>,
    options?: HandlerOptions<NoInfer<M>>,
  ): this {
    if (this.state !== 'new') throw fault('GULO_ALREADY_STARTED', { component: `The consumer ${this.group}` })
    this.added.push(handler(messageClass, handle, options))
    return this
  }

  /**
   * Subscribes; resolves once messages published from now on are received. The transport is started by whoever owns it.
   * @throws GULO_SUBSCRIPTION_INVALID, GULO_CONTRACT_MISSING, GULO_SCHEDULE_UNAVAILABLE, GULO_ALREADY_STARTED …
   */
  async start(): Promise<this> {
    if (this.state !== 'new' && this.state !== 'refused')
      throw fault('GULO_ALREADY_STARTED', { component: `The consumer ${this.group}` })
    const mediator = this.options.mediator ?? this.ownMediator()
    const handlers = this.options.handlers ?? integrationHandlers(mediator)
    reportFaults(`the consumer ${this.group}`, wiringFaults(this.options, handlers))
    const parts = resolveParts(this.options, mediator, this.stopping.signal, this.aborted.signal)
    const types = typesOf(this.group, handlers, parts.contracts)
    this.parts = parts
    this.lanes = lanesFor(this.options, parts)
    this.delivery = new Delivery(parts, types, this.lanes)
    this.state = 'started'
    const reading = await this.subscribe(this.delivery, types, parts)
    this.reading = reading
    if (!this.stopping.signal.aborted) return this
    // Stopped meanwhile: nobody else knows of the subscription.
    await reading.close()
    throw fault('GULO_STOPPED', { component: `The consumer ${this.group}` })
  }

  private async subscribe(delivery: Delivery, types: ReadonlyMap<string, TypeRoute>, parts: ConsumerParts) {
    const { topics, patterns } = this.options
    const routes = routesOf(types, topics, patterns)
    try {
      return await openReading(this.options, delivery, routes, parts)
    } catch (error) {
      // Nothing is subscribed: it may be started again.
      if (this.state === 'started') this.state = 'refused'
      throw error
    }
  }

  /**
   * Fetches no more, ends retries (the broker delivers those messages again), waits for handlers until the deadline and
   * then aborts their signal.
   * @throws GULO_NOT_STARTED, GULO_STOP_DEADLINE
   */
  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    if (this.state === 'stopped') return
    if (this.state === 'new')
      throw fault('GULO_NOT_STARTED', { operation: 'stop', component: `the consumer ${this.group}` })
    this.state = 'stopped'
    this.stopping.abort()
    const work = Promise.all([this.reading?.close({ deadlineMs }), this.lanes?.drained()])
    const late = () => {
      const pending = `${this.lanes?.size} messages in flight`
      return fault('GULO_STOP_DEADLINE', { component: `The consumer ${this.group}`, deadlineMs, pending })
    }
    try {
      await withDeadline((this.parts as ConsumerParts).runtime.clock, deadlineMs, work, late)
    } finally {
      this.aborted.abort()
    }
  }

  /** Gives a message to one of its handlers once more, beside what the broker delivers. */
  redeliver(redelivery: Redelivery): Promise<void> {
    if (this.state !== 'started' || this.delivery === undefined) {
      return Promise.reject(
        fault('GULO_NOT_STARTED', { operation: 'redeliver', component: `the consumer ${this.group}` }),
      )
    }
    return this.delivery.again(redelivery)
  }

  /**
   * Has the broker give nothing more, without leaving the group; what is in flight goes on. Without topics, of all.
   * Where the transport cannot do that, messages that are given wait here.
   * @throws GULO_NOT_STARTED, GULO_STOPPED, GULO_SUBSCRIPTION_INVALID, GULO_ABILITY_MISSING
   */
  pause(topics?: readonly string[]): void {
    this.running('pause').pause(topics)
  }

  /** Ends the rest of these topics, or of all. @throws as `pause` */
  resume(topics?: readonly string[]): void {
    this.running('resume').resume(topics)
  }

  /** How many messages the group has not handled yet, by partition or queue. @throws GULO_ABILITY_MISSING, GULO_NOT_STARTED, GULO_STOPPED */
  async lag(): Promise<readonly PartitionLag[]> {
    return this.running('lag').lag()
  }

  /** Takes a handler out of service: the broker keeps its messages until it is enabled. */
  disable(which: HandlerSource | string): void {
    this.runningMediator('disable').disable(which)
  }

  enable(which: HandlerSource | string): void {
    this.runningMediator('enable').enable(which)
  }

  /** The failure rules in words. */
  describe(): readonly string[] {
    const { policy = defaultFailurePolicy } = this.options
    const breaker = this.parts?.breaker
    return [...policy.describe(), ...(breaker ? [breaker.describe()] : [])]
  }

  /** What it reads beside the topics of its types, in words. */
  extent(): ConsumerExtent {
    const { patterns = [], startAt, broadcast = false } = this.options
    return { patterns: patterns.map(String), startAt: startAt && sayPosition(startAt), broadcast }
  }

  /** The wire types it handles. */
  types(): readonly string[] {
    const handlers =
      this.options.handlers ?? (this.options.mediator && integrationHandlers(this.options.mediator)) ?? []
    return [...new Set(handlers.map((each) => contractOf(each.messageClass)?.type ?? each.messageClass.name))]
  }

  private running(operation: string): Reading {
    const component = `The consumer ${this.group}`
    if (this.state === 'stopped') throw fault('GULO_STOPPED', { component })
    if (this.reading !== undefined) return this.reading
    throw fault('GULO_NOT_STARTED', { operation, component: `the consumer ${this.group}` })
  }

  private runningMediator(operation: string): Mediator {
    if (this.parts === undefined)
      throw fault('GULO_NOT_STARTED', { operation, component: `the consumer ${this.group}` })
    return this.parts.mediator
  }

  private ownMediator(): Mediator {
    const { runtime, middleware, factory, logger } = this.options
    if (runtime !== undefined) shareRuntime(runtime, this.options.transport)
    return new Mediator({
      handlers: this.added,
      ...(runtime && { runtime }),
      ...(middleware && { middleware }),
      ...(factory && { factory }),
      ...(logger && { logger }),
    })
  }
}
