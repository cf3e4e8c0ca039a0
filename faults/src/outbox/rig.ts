import { whenInterrupted } from '../interrupted.js'
import { Books, countCopies } from '../ledger/books.js'
import type { Ledger } from '../ledger/ledger.js'
import type { Plan, Rig } from '../rig.js'
import { services } from '../services.js'
import { OutboxCrew } from './crew.js'
import { Database } from './database.js'
import { type OutboxStage, startStage } from './stage.js'
import { OutboxStory } from './story.js'

/** Commands through an outbox, relays, a broker and an inbox, while processes, the broker and the database go down. */
export const outboxRig: Rig = {
  name: 'outbox',
  guards: ['floor', 'slots', 'inbox', 'same-transaction'],
  brokers: [1],
  over: ['kafka', 'rabbitmq'],
  relays: { 'skip-locked': 'slots', 'seq-cursor': 'floor' },
  messagesPerKill: 500,
  async run(plan) {
    const stage = await startStage(plan)
    try {
      const database = await Database.start()
      try {
        return await runOutbox(plan, stage, database)
      } finally {
        await database.close()
      }
    } finally {
      await stage.close()
    }
  },
}

async function runOutbox(plan: Plan, stage: OutboxStage, database: Database): Promise<Ledger> {
  const crew = new OutboxCrew({
    plan,
    services: await services(),
    broker: plan.broker === 'rabbitmq' ? 'rabbitmq' : 'kafka',
    address: stage.address,
    database: database.address,
  })
  const release = whenInterrupted(() => crew.close({ gently: false }))
  const startedAt = performance.now()
  try {
    const story = new OutboxStory(plan, stage, database, crew)
    await story.tell()
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    for (const [text, count] of [...crew.notes].slice(0, 30)) plan.say(`${count} times: ${text}`)
    return { ...(await account(plan, stage, database, crew, story)), seconds }
  } finally {
    await crew.close({ gently: false })
    release()
  }
}

async function account(
  plan: Plan,
  stage: OutboxStage,
  database: Database,
  crew: OutboxCrew,
  story: OutboxStory,
): Promise<Omit<Ledger, 'seconds'>> {
  const books = new Books()
  await database.keep(books)
  const { messages, handled, ...verdict } = books.close()
  const stored = await stage.read?.()
  const copies = countCopies(stored ?? [])
  const setAside = await database.setAside()
  return {
    rig: plan.rig,
    seed: plan.seed,
    messages,
    handled,
    kills: story.kills,
    faults: {
      ...story.counts,
      ...database.suffered,
      ...stage.counts(),
      ...crew.tallies,
      ...(stored && { publishedAgain: copies.same + copies.successor }),
    },
    ...verdict,
    ...(setAside > 0 && { setAside }),
    ...(messages < plan.messages && { unpublished: plan.messages - messages }),
    ...(plan.broker && { broker: plan.broker }),
    ...(plan.without && { without: plan.without }),
  }
}
