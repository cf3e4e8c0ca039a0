import {
  type ComponentHealth,
  type ListingSubscription,
  type PausableSubscription,
  Resting,
  type StopOptions,
  sleep,
  type Timer,
  type TransportSubscription,
} from '@gulo/core'
import type { ConsumerEvent } from '../client/client.js'
import { reasonOf } from '../faults.js'
import { Beginning, type Given } from './beginning.js'
import { forget, groupOf } from './group-of.js'
import { Leftovers } from './leftovers.js'
import { LifeSign } from './life-sign.js'
import { Member } from './member.js'
import { RejoinPause } from './rejoin-pause.js'
import { repeat, within } from './repeat.js'
import { StartGate } from './start-gate.js'
import { healthOf } from './subscription-health.js'
import type { SubscriptionOptions } from './subscription-options.js'
import { TopicChoice } from './topic-choice.js'
import { Unreadable } from './unreadable.js'

const RENEW_MS = 10_000

/** A membership in a consumer group that is kept up: whenever one crashes or falls silent, a new one takes its place. */
export class Subscription implements PausableSubscription, ListingSubscription {
  readonly group: string
  private readonly subscription: TransportSubscription
  private readonly options: SubscriptionOptions
  private readonly choice: TopicChoice
  private readonly beginning: Beginning
  private readonly gate: StartGate
  private readonly resting = new Resting()
  private readonly leftovers = new Leftovers()
  private readonly unreadable: Unreadable
  private readonly closing = new AbortController()
  private readonly timers: Timer[]
  private member: Member | undefined
  private leaving: Promise<void> = Promise.resolve()
  private chosen: readonly string[] = []
  private state: 'joining' | 'ready' | 'crashed' = 'joining'
  private readonly sign: LifeSign
  private readonly rejoining: RejoinPause
  private lastError: unknown

  constructor(subscription: TransportSubscription, options: SubscriptionOptions) {
    const { client, topics, runtime, metadataRefreshMs, restartAfterSilenceMs } = options
    const { clock, random } = runtime
    this.subscription = subscription
    this.options = options
    this.group = groupOf(subscription, random)
    this.choice = new TopicChoice(subscription, topics, client)
    this.beginning = new Beginning(subscription, { ...options, clock, group: this.group, late: this.choice.late })
    this.gate = new StartGate({ ...options, clock, group: this.group })
    this.unreadable = new Unreadable(clock)
    this.sign = new LifeSign(clock)
    this.rejoining = new RejoinPause(random)
    this.timers = [repeat(clock, restartAfterSilenceMs / 4, () => this.listen())]
    if (this.choice.isOpen) this.timers.push(repeat(clock, metadataRefreshMs, () => void this.look()))
  }

  /** Resolves once the group is joined. @throws KAFKA_TOPIC_MISSING, KAFKA_REFUSED or KAFKA_SUBSCRIBE_FAILED … */
  async start(): Promise<void> {
    const passed = this.gate.passed()
    void this.join()
    try {
      await passed
    } catch (error) {
      await this.close({ deadlineMs: 0 })
      throw error
    }
  }

  topics(): readonly string[] {
    return this.chosen
  }

  pause(topics?: readonly string[]): void {
    this.resting.pause(topics)
    this.member?.rest()
  }

  resume(topics?: readonly string[]): void {
    this.resting.resume(topics)
    this.member?.rest()
  }

  health(): ComponentHealth {
    const { group, state, lastError } = this
    const silentMs = this.member === undefined ? 0 : this.sign.silentMs
    const unread = this.unreadable.lately
    return healthOf({ ...this.options, group, state, lastError, unread, silentMs })
  }

  async close({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    const { client, runtime } = this.options
    this.closing.abort()
    this.beginning.cancel()
    for (const timer of this.timers) timer.cancel()
    const { member } = this
    this.member = undefined
    await Promise.all([member?.finish(deadlineMs), within(runtime.clock, deadlineMs, this.leaving)])
    if (this.subscription.broadcast === true) await forget(this.group, client, runtime.clock)
  }

  /** Makes sure of the topics and joins as a new member; failures come back through `crashed`. */
  private async join(): Promise<void> {
    this.state = 'joining'
    try {
      this.chosen = await this.choice.choose()
      // Once: offsets that are not there would be taken for the beginning or the end.
      if (this.gate.isAwaited) await this.beginning.check(this.chosen)
    } catch (error) {
      return this.crashed(error)
    }
    if (this.closing.signal.aborted) return
    if (this.chosen.length === 0) return this.ready()
    const member: Member = this.newMember((event) => this.heed(member, event))
    this.member = member
    this.sign.heard()
    await member.consumer.run().catch((error: unknown) => {
      if (this.member === member) this.crashed(error)
    })
  }

  private newMember(onEvent: (event: ConsumerEvent) => void): Member {
    return new Member({
      ...this.options,
      clock: this.options.runtime.clock,
      group: this.group,
      topics: this.chosen,
      deliver: (messages) => this.subscription.deliver(messages),
      isResting: (topic) => this.resting.has(topic),
      leftovers: this.leftovers,
      onEvent,
    })
  }

  private heed(member: Member, event: ConsumerEvent): void {
    if (this.member !== member) return
    if (event.kind === 'crashed') return this.crashed(event.error)
    // What a member does between being told to join anew and having joined is no sign of life.
    if (!member.isSettled) return
    this.sign.heard()
    if (event.kind === 'joined') void this.begin(member, event)
  }

  private async begin(member: Member, given: Given): Promise<void> {
    try {
      if (await this.beginning.fix(this.chosen, member, given)) this.ready()
    } catch (error) {
      if (this.member === member) this.crashed(error)
    }
  }

  private ready(): void {
    this.state = 'ready'
    if (this.unreadable.lately === undefined) this.rejoining.reset()
    this.gate.open()
  }

  /** Joins anew when topics have come or gone. */
  private async look(): Promise<void> {
    if (this.state !== 'ready') return
    const names = await this.choice.choose().catch(() => this.chosen)
    if (this.state !== 'ready' || this.closing.signal.aborted || names.join() === this.chosen.join()) return
    const { member } = this
    this.member = undefined
    this.state = 'joining'
    this.leaving = member?.finish(RENEW_MS) ?? Promise.resolve()
    await this.leaving
    if (!this.closing.signal.aborted) await this.join()
  }

  // The client is known to stop now and then without a word.
  private listen(): void {
    if (this.member === undefined || this.sign.silentMs < this.options.restartAfterSilenceMs) return
    this.crashed(new Error(`nothing was heard of its consumer for ${Math.round(this.sign.silentMs)} ms`))
  }

  private crashed(error: unknown): void {
    const { logger, runtime } = this.options
    const { group } = this
    this.state = 'crashed'
    this.lastError = error
    this.unreadable.note(error)
    this.beginning.cancel()
    this.member?.destroy()
    this.member = undefined
    if (this.closing.signal.aborted) return
    this.gate.fail(error)
    logger.warn(`the Kafka group ${group} is joined again: ${reasonOf(error)}`)
    void sleep(runtime.clock, this.rejoining.next(), this.closing.signal).then(async () => {
      if (!this.closing.signal.aborted) await this.join()
    })
  }
}
