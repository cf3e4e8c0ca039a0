import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, seededRandom } from '@gulo/core'
import { whenInterrupted } from './interrupted.js'
import { Books, countCopies, type StoredCopy } from './ledger/books.js'
import type { Ledger } from './ledger/ledger.js'
import type { Plan } from './rig.js'
import { type Action, burstsOf, inOrder, spread } from './schedule.js'
import { services } from './services.js'
import { Crew } from './workers/crew.js'

/** One broker, or a cluster, with everything that can be done to it. */
export interface Stage {
  /** The program that every worker runs. */
  readonly program: URL
  /** Where workers find the broker. */
  readonly address: string
  /** Whether producers wait for one message of a key before they publish the next. */
  readonly oneAtATime: boolean
  /** How long a consumer must stand still to be taken for dead, in milliseconds. */
  readonly sessionMs: number
  /** What is done to the broker, in this order, spread over the run. */
  readonly disturbances: readonly (() => Promise<void>)[]
  /** Everything in the broker's log, where it has one. */
  read?(): Promise<readonly StoredCopy[]>
  /** What the network and the broker have suffered. */
  counts(): Readonly<Record<string, number>>
  close(): Promise<void>
}

/** Without any progress for so long the run goes on, and in the end gives up. */
const PATIENCE_MS = 10_000
const GIVE_UP_MS = 60_000
/** The same where a guard is out and messages are known to be gone. */
const GIVE_UP_UNGUARDED_MS = 15_000
/** What late redeliveries take to show. */
const AFTERMATH_MS = 1500
const LOOK_MS = 20
const REPORT_MS = 10_000

/** Lets messages pass from producers to consumers while all of it is broken, and keeps the ledger. */
export async function runStory(plan: Plan, stage: Stage): Promise<Ledger> {
  const books = new Books()
  const { program, address, oneAtATime } = stage
  const crew = new Crew({ plan, books, services: await services(), program, address, oneAtATime })
  const release = whenInterrupted(() => crew.close({ gently: false }))
  const startedAt = performance.now()
  try {
    const story = new Story(plan, stage, crew, books)
    await story.tell()
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    const stored = await stage.read?.()
    for (const [text, count] of [...crew.notes].slice(0, 30)) plan.say(`${count} times: ${text}`)
    return { ...story.ledger(stored), seconds }
  } finally {
    await crew.close({ gently: false })
    release()
  }
}

class Story {
  private readonly random: Random
  private readonly startedAt = performance.now()
  private readonly frozen: Promise<void>[] = []
  private consumerKills = 0
  private producerKills = 0
  private progressAt = performance.now()
  private progress = 0
  private reportedAt = performance.now()

  constructor(
    private readonly plan: Plan,
    private readonly stage: Stage,
    private readonly crew: Crew,
    private readonly books: Books,
  ) {
    this.random = seededRandom(plan.seed + 1)
  }

  async tell(): Promise<void> {
    const { plan, crew } = this
    for (const member of crew.consumers) member.start()
    // What is published before anybody has subscribed is nobody's loss.
    await this.until(() => crew.consumers.every((member) => member.ready), GIVE_UP_MS)
    for (const member of crew.producers) member.start()
    for (const action of this.actions()) {
      await this.until(() => this.books.handled.size >= action.at, PATIENCE_MS)
      if (this.overdue) break
      await action.run()
      await sleep(20 + this.random.next() * 150)
    }
    plan.say(`all is broken that was to be, ${this.books.handled.size} of ${plan.messages} handled`)
    const patienceMs = plan.without === undefined ? GIVE_UP_MS : GIVE_UP_UNGUARDED_MS
    await this.until(() => crew.published && this.books.open === 0, patienceMs)
    await Promise.all(this.frozen)
    await sleep(AFTERMATH_MS)
    await crew.close({ gently: true })
  }

  ledger(stored: readonly StoredCopy[] | undefined): Omit<Ledger, 'seconds'> {
    const { plan, stage } = this
    const { messages, handled, ...verdict } = this.books.close(stored && new Set(stored.map(({ id }) => id)))
    const copies = countCopies(stored ?? [])
    const { consumerKills, producerKills } = this
    const own = { consumerKills, producerKills, frozen: this.frozen.length }
    const again = stored === undefined ? {} : { storedAgainBySuccessors: copies.successor }
    return {
      rig: plan.rig,
      seed: plan.seed,
      messages,
      handled,
      kills: consumerKills + producerKills,
      faults: { ...own, ...stage.counts(), ...again },
      ...verdict,
      ...(messages < plan.messages && { unpublished: plan.messages - messages }),
      ...(stored && { storedTwice: copies.same }),
      ...(plan.without && { without: plan.without }),
    }
  }

  /** Everything that is done, each in its place. */
  private actions(): Action[] {
    const { kills, messages } = this.plan
    const bursts = burstsOf(kills, this.random).map((size) => () => this.kill(size))
    const freezes = Array.from({ length: Math.ceil(kills / 40) }, () => () => this.freeze())
    return inOrder(
      spread(messages, bursts, 0.5),
      spread(messages, freezes, 0.8),
      spread(messages, this.stage.disturbances, 0.7),
    )
  }

  /** Consumers two times of three; one that is still starting has nothing to lose, so it is waited for. */
  private async kill(size: number): Promise<void> {
    for (let count = 0; count < size; count++) {
      const consumer = this.random.next() < 2 / 3
      const group = consumer ? this.crew.consumers : this.crew.producers
      await this.until(() => group.some((member) => member.ready), GIVE_UP_MS)
      const ready = group.filter((member) => member.ready)
      const victim = ready[Math.floor(this.random.next() * ready.length)]
      if (victim === undefined) return
      if (consumer) this.consumerKills += 1
      else this.producerKills += 1
      victim.kill()
    }
  }

  private async freeze(): Promise<void> {
    const { consumers } = this.crew
    await this.until(() => consumers.some((member) => member.ready), GIVE_UP_MS)
    const ready = consumers.filter((member) => member.ready)
    const victim = ready[Math.floor(this.random.next() * ready.length)]
    if (victim !== undefined) this.frozen.push(victim.freeze(this.stage.sessionMs * 1.6))
  }

  /** Generous: a machine that is busy with other things is not a fault. */
  private get overdue(): boolean {
    if (this.crew.crash !== undefined) throw new Error(this.crew.crash)
    return performance.now() - this.startedAt > Math.max(120_000, this.plan.messages * 12)
  }

  private report(): void {
    if (performance.now() - this.reportedAt < REPORT_MS) return
    this.reportedAt = performance.now()
    const kills = this.consumerKills + this.producerKills
    this.plan.say(`${this.books.handled.size} of ${this.plan.messages} handled, ${kills} processes killed`)
  }

  private async until(condition: () => boolean, patienceMs: number): Promise<void> {
    this.progressAt = performance.now()
    while (!condition() && !this.overdue) {
      const { size } = this.books.handled
      if (size !== this.progress) {
        this.progress = size
        this.progressAt = performance.now()
      }
      if (performance.now() - this.progressAt > patienceMs) return
      this.crew.pump()
      this.report()
      await sleep(LOOK_MS)
    }
  }
}
