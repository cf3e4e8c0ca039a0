import { type Random, seededRandom } from '@gulo/core'
import type { Plan } from '../rig.js'
import type { Services } from '../services.js'
import { Member } from '../workers/member.js'
import type { FromOutboxWorker, OutboxWorkerOptions, Role, ToOutboxWorker } from './protocol.js'

export interface OutboxCrewOptions {
  readonly plan: Plan
  readonly services: Services
  readonly broker: OutboxWorkerOptions['broker']
  readonly address: string
  readonly database: string
}

type OutboxMember = Member<ToOutboxWorker, FromOutboxWorker>

const NUMBERS: Readonly<Record<Role, number>> = { writer: 3, relay: 2, consumer: 3 }
const MOST_SKEW_MS = 10 * 60_000

/** Writers, relays and consumers in processes of their own, each with a clock that is wrong in its own way. */
export class OutboxCrew {
  readonly members: Readonly<Record<Role, readonly OutboxMember[]>>
  readonly notes = new Map<string, number>()
  readonly tallies: Record<string, number> = {}
  /** What is to be said when a worker has ended by itself. */
  crash: string | undefined
  private readonly random: Random
  private running = true
  private generation = 0

  constructor(private readonly options: OutboxCrewOptions) {
    this.random = seededRandom(options.plan.seed * 17)
    const group = (role: Role) => Array.from({ length: NUMBERS[role] }, (_, index) => this.member(role, index))
    this.members = { writer: group('writer'), relay: group('relay'), consumer: group('consumer') }
  }

  get all(): readonly OutboxMember[] {
    return Object.values(this.members).flat()
  }

  /** Has writers go on, or wait. */
  pace(running: boolean): void {
    if (running === this.running) return
    this.running = running
    for (const writer of this.members.writer) writer.send({ kind: 'pace', running })
  }

  async close(how: { readonly gently: boolean }): Promise<void> {
    await Promise.all(this.all.map((member) => member.close(how)))
  }

  private member(role: Role, index: number): OutboxMember {
    const member: OutboxMember = new Member<ToOutboxWorker, FromOutboxWorker>({
      program: new URL('worker.js', import.meta.url),
      services: this.options.services,
      start: () => ({ kind: 'start', options: this.optionsOf(role, index) }),
      onReady: () => member.send({ kind: 'pace', running: this.running }),
      onMessage: (message) => {
        if (message.kind === 'tally') this.tally(message.counts)
        else if (message.kind === 'note') this.note(`${role}: ${message.text}`)
      },
      onGone: () => undefined,
      onCrash: () => {
        this.crash = `A ${role} has ended by itself; what it said is above.`
      },
    })
    return member
  }

  private optionsOf(role: Role, index: number): OutboxWorkerOptions {
    const { plan, broker, address, database } = this.options
    const messages = Math.floor(plan.messages / NUMBERS.writer) + (index < plan.messages % NUMBERS.writer ? 1 : 0)
    const share = { writer: `w${index}`, seed: plan.seed * 31 + index, messages }
    return {
      role,
      broker,
      address,
      database,
      without: plan.without,
      seed: plan.seed * 1000 + ++this.generation,
      skewMs: Math.round((this.random.next() - 0.5) * 2 * MOST_SKEW_MS),
      ...(role === 'writer' && { share }),
    }
  }

  private tally(counts: Readonly<Record<string, number>>): void {
    for (const [what, count] of Object.entries(counts)) this.tallies[what] = (this.tallies[what] ?? 0) + count
  }

  private note(text: string): void {
    const short = text.slice(0, 160)
    this.notes.set(short, (this.notes.get(short) ?? 0) + 1)
  }
}
