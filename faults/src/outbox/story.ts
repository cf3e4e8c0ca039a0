import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, seededRandom } from '@gulo/core'
import type { Plan } from '../rig.js'
import { type Action, burstsOf, inOrder, spread } from '../schedule.js'
import type { OutboxCrew } from './crew.js'
import type { Database, Progress } from './database.js'
import { LEASE_MS, type Role, SESSION_MS } from './protocol.js'
import type { OutboxStage } from './stage.js'

/** Writers wait when consumers are so far behind; while the broker is gone they may go on for longer. */
const BACKLOG = 3000
/** Without any progress for so long the run goes on, and in the end gives up. */
const PATIENCE_MS = 15_000
const GIVE_UP_MS = 120_000
/** The same where a guard is out and messages are known to be gone. */
const GIVE_UP_UNGUARDED_MS = 15_000
/** What late redeliveries take to show. */
const AFTERMATH_MS = 1500
const LOOK_MS = 100
const REPORT_MS = 10_000

/** Lets commands become effects while all of it is broken. */
export class OutboxStory {
  readonly counts: Record<string, number> = {
    writerKills: 0,
    relayKills: 0,
    consumerKills: 0,
    frozenRelays: 0,
    frozenConsumers: 0,
  }
  private readonly random: Random
  private readonly meanwhile: Promise<void>[] = []
  private progress: Progress = { committed: 0, effects: 0 }
  private progressAt = performance.now()
  private reportedAt = performance.now()
  private brokerWork: Promise<void> = Promise.resolve()
  private brokerIsAway = false
  private handled = 0

  constructor(
    private readonly plan: Plan,
    private readonly stage: OutboxStage,
    private readonly database: Database,
    private readonly crew: OutboxCrew,
  ) {
    this.random = seededRandom(plan.seed + 1)
  }

  get kills(): number {
    const { writerKills = 0, relayKills = 0, consumerKills = 0 } = this.counts
    return writerKills + relayKills + consumerKills
  }

  async tell(): Promise<void> {
    const { plan, crew } = this
    const { writer: writers, relay: relays, consumer: consumers } = crew.members
    for (const member of [...consumers, ...relays]) member.start()
    // What is published before anybody has subscribed is nobody's loss.
    await this.until(() => consumers.every(({ ready }) => ready), GIVE_UP_MS)
    for (const member of writers) member.start()
    for (const { at, run } of this.actions()) {
      await this.until(() => this.progress.committed >= at, PATIENCE_MS)
      await run()
    }
    await Promise.all(this.meanwhile)
    plan.say(`all is broken that was to be, ${this.progress.committed} of ${plan.messages} committed`)
    const patienceMs = plan.without === undefined ? GIVE_UP_MS : GIVE_UP_UNGUARDED_MS
    await this.until(() => this.progress.committed >= plan.messages, patienceMs)
    await this.until(() => this.handled >= plan.messages, patienceMs)
    await sleep(AFTERMATH_MS)
    await crew.close({ gently: true })
  }

  private actions(): Action[] {
    const { kills, messages } = this.plan
    const { stage, database } = this
    const bursts = burstsOf(kills, this.random).map((size) => () => this.kill(size))
    const several = (count: number, ...runs: (() => Promise<void>)[]) =>
      Array.from({ length: count }, (_, index) => runs[index % runs.length] as () => Promise<void>)
    const freezes = several(
      Math.ceil(kills / 20),
      () => this.freeze('relay', 'frozenRelays', LEASE_MS),
      () => this.freeze('consumer', 'frozenConsumers', Math.max(stage.sessionMs, SESSION_MS)),
    )
    const restarts = several(
      Math.max(2, Math.round(messages / 15_000)),
      () => database.restart(),
      () => database.crash(),
    )
    const disturbances = [...stage.disturbances, () => this.takeBrokerAway()].map((run) => () => this.beside(run))
    return inOrder(
      spread(messages, bursts, 0.5),
      spread(messages, freezes, 0.8),
      spread(messages, restarts, 0.6),
      spread(messages, disturbances, 0.7),
    )
  }

  /** One that is still starting has nothing to lose, so it is waited for. */
  private async kill(size: number): Promise<void> {
    for (let count = 0; count < size; count++) {
      const roles = ['writer', 'relay', 'consumer'] as const
      const role = roles[Math.floor(this.random.next() * roles.length)] as Role
      const victim = await this.anyOf(role)
      if (victim === undefined) return
      const name = `${role}Kills`
      this.counts[name] = (this.counts[name] ?? 0) + 1
      victim.kill()
    }
    await sleep(20 + this.random.next() * 150)
  }

  private async freeze(role: Role, name: string, ms: number): Promise<void> {
    const victim = await this.anyOf(role)
    if (victim === undefined) return
    this.counts[name] = (this.counts[name] ?? 0) + 1
    this.meanwhile.push(victim.freeze(ms * 1.6))
  }

  private async anyOf(role: Role) {
    const group = this.crew.members[role]
    await this.until(() => group.some(({ ready }) => ready), GIVE_UP_MS)
    const ready = group.filter((member) => member.ready)
    return ready[Math.floor(this.random.next() * ready.length)]
  }

  /** One thing after the other happens to the broker; everything else goes on meanwhile. */
  private async beside(run: () => Promise<void>): Promise<void> {
    this.brokerWork = this.brokerWork.then(run)
    this.meanwhile.push(this.brokerWork)
  }

  private async takeBrokerAway(): Promise<void> {
    this.brokerIsAway = true
    await this.stage.away(this.plan.messages < 100_000 ? Math.min(5000, this.plan.messages / 5) : 60_000)
    this.brokerIsAway = false
  }

  /** A run that is slow is not at fault: it goes on for as long as there is progress. */
  private check(): void {
    if (this.crew.crash !== undefined) throw new Error(this.crew.crash)
  }

  private report(): void {
    if (performance.now() - this.reportedAt < REPORT_MS) return
    this.reportedAt = performance.now()
    const { committed, effects } = this.progress
    this.plan.say(`${committed} of ${this.plan.messages} committed, ${effects} effects, ${this.kills} processes killed`)
  }

  private async until(condition: () => boolean, patienceMs: number): Promise<void> {
    this.progressAt = performance.now()
    while (!condition()) {
      this.check()
      await this.look()
      if (performance.now() - this.progressAt > patienceMs) return
      this.report()
      await sleep(LOOK_MS)
    }
  }

  private async look(): Promise<void> {
    const { committed, effects } = await this.database.progress()
    if (committed !== this.progress.committed || effects !== this.progress.effects) this.progressAt = performance.now()
    this.progress = { committed, effects }
    const backlog = this.brokerIsAway ? Math.max(BACKLOG, this.plan.messages / 5) : BACKLOG
    this.crew.pace(committed - effects < backlog)
    // Effects may have come twice: near the end they are counted one by one.
    if (effects >= this.plan.messages) this.handled = await this.database.handled()
  }
}
