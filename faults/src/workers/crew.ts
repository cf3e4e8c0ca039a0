import { seededRandom } from '@gulo/core'
import { InboxKeeper, type Reply } from '../inbox/inbox-keeper.js'
import type { Books } from '../ledger/books.js'
import type { Plan } from '../rig.js'
import type { Services } from '../services.js'
import { Member } from './member.js'
import type { Ask, FromWorker, ToWorker, WorkerOptions } from './protocol.js'
import { Source } from './source.js'

export interface CrewOptions {
  readonly plan: Plan
  readonly books: Books
  readonly services: Services
  /** The program that every worker runs. */
  readonly program: URL
  readonly address: string
  readonly oneAtATime: boolean
}

type CrewMember = Member<ToWorker, FromWorker>

const PRODUCERS = 2
const CONSUMERS = 3
const WINDOW = 300
/** Producers wait for consumers, so that everything is broken while messages are on their way. */
const BACKLOG = 2000

/** Producers and consumers in processes of their own, with the messages of the one and the inbox of the other. */
export class Crew {
  readonly producers: readonly CrewMember[]
  readonly consumers: readonly CrewMember[]
  readonly notes = new Map<string, number>()
  /** What is to be said when a worker has ended by itself. */
  crash: string | undefined
  private readonly sources: readonly Source[]
  private readonly inbox: InboxKeeper
  private generation = 0

  constructor(private readonly options: CrewOptions) {
    const { plan, books } = options
    this.inbox = new InboxKeeper((item) => books.effect(item))
    this.sources = Array.from({ length: PRODUCERS }, (_, index) => {
      const share = Math.floor(plan.messages / PRODUCERS) + (index < plan.messages % PRODUCERS ? 1 : 0)
      return new Source(`p${index}`, share, seededRandom(plan.seed * 31 + index))
    })
    this.producers = this.sources.map((source) => this.producer(source))
    this.consumers = Array.from({ length: CONSUMERS }, () => this.consumer())
  }

  /** Whether everything is published and acknowledged. */
  get published(): boolean {
    return this.sources.every((source) => source.finished)
  }

  /** Gives producers as much as they may have on their way. */
  pump(): void {
    const { books } = this.options
    for (const [index, source] of this.sources.entries()) {
      const room = Math.min(WINDOW - source.inFlight, BACKLOG - (books.published.size - books.handled.size))
      const member = this.producers[index] as CrewMember
      if (!member.ready || room <= 0) continue
      const items = source.take(room)
      for (const item of items) books.publish(item)
      if (items.length > 0) member.send({ kind: 'items', items })
    }
  }

  async close(how: { readonly gently: boolean }): Promise<void> {
    await Promise.all([...this.producers, ...this.consumers].map((member) => member.close(how)))
  }

  private producer(source: Source): CrewMember {
    const { books } = this.options
    return new Member<ToWorker, FromWorker>({
      ...this.common('producer'),
      onReady: () => {
        source.restart()
        this.pump()
      },
      onMessage: (message) => {
        if (message.kind === 'note') return this.note(message.text)
        if (message.kind !== 'stored') return
        for (const id of message.ids) {
          source.stored(id)
          books.acknowledge(id)
        }
        this.pump()
      },
      onGone: () => undefined,
    })
  }

  private consumer(): CrewMember {
    let reply: Reply = () => undefined
    let sender: ((message: ToWorker) => void) | undefined
    return new Member<ToWorker, FromWorker>({
      ...this.common('consumer'),
      onReady: () => undefined,
      onMessage: (message, send) => {
        if (message.kind === 'note') return this.note(message.text)
        if (message.kind !== 'asks') return
        if (sender !== send) {
          sender = send
          reply = replier(send)
        }
        for (const ask of message.asks) this.answer(ask, reply)
        this.pump()
      },
      onGone: () => this.inbox.gone(reply),
    })
  }

  private answer(ask: Ask, reply: Reply): void {
    if (ask.what === 'begin') this.inbox.begin(reply, ask.number, ask.id)
    else if (ask.what === 'commit') this.inbox.commit(reply, ask.number, ask.item)
    else if (ask.what === 'rollback') this.inbox.rollback(reply, ask.id)
    else this.options.books.effect(ask.item)
  }

  private common(role: WorkerOptions['role']) {
    const { plan, program, services, address, oneAtATime } = this.options
    return {
      program,
      services,
      start: (): ToWorker => ({
        kind: 'start',
        options: {
          role,
          address,
          oneAtATime,
          seed: plan.seed * 1000 + ++this.generation,
          without: plan.without,
        },
      }),
      onCrash: () => {
        this.crash = `A ${role} has ended by itself; what it said is above.`
      },
    }
  }

  private note(text: string): void {
    const short = text.slice(0, 160)
    this.notes.set(short, (this.notes.get(short) ?? 0) + 1)
  }
}

/** Answers of one turn go in one message. */
function replier(send: (message: ToWorker) => void): Reply {
  let waiting: (readonly [number, 'new' | 'duplicate'])[] = []
  return (number, answer) => {
    if (waiting.length === 0) {
      setImmediate(() => {
        send({ kind: 'answers', answers: waiting })
        waiting = []
      })
    }
    waiting.push([number, answer])
  }
}
