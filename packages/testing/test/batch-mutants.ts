import {
  type BatchInbox,
  type InboxMessage,
  type MemoryIdempotencyKeys,
  type MemoryInbox,
  memoryStore,
} from '@gulo/core'
import type { AttemptLogDriver, IdempotencyKeyStoreDriver, InboxDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

function brokenInbox(onceEach: (inner: MemoryInbox, done: Set<string>) => BatchInbox['onceEach']): () => InboxDriver {
  return () => {
    const { inbox, unitOfWork } = memoryStore()
    const once = inbox.once.bind(inbox)
    return { unitOfWork, inbox: { once, onceEach: onceEach(inbox, new Set()) } }
  }
}

const keyOf = ({ consumer, messageId }: InboxMessage) => `${consumer} ${messageId}`
const RACES = [
  'lets a batch wait for a message that another one has, and drops it once that has committed',
  'lets a batch wait for a message that another one has, and takes it once that has rolled back',
]

export const batchInboxMutants: readonly Mutant<InboxDriver>[] = [
  {
    does: 'remembers none of many messages',
    make: brokenInbox(() => async (messages, _, work) => {
      await work(messages.map(() => true))
    }),
    seenBy: [
      'tells of many messages which are new, and knows them after that',
      'takes the first for new of a message that occurs several times among many',
      'knows many messages for each consumer by itself, and those that came singly',
      'forgets of many messages those that the work has not seen to',
      'lets one of many concurrent batches have each message, whatever their order',
      ...RACES,
    ],
  },
  {
    does: 'marks many messages before the work, whatever becomes of it',
    make: brokenInbox((_, done) => async (messages, __, work) => {
      const isNew = messages.map((message) => !done.has(keyOf(message)) && Boolean(done.add(keyOf(message))))
      await work(isNew)
    }),
    seenBy: [
      'forgets of many messages those that the work has not seen to',
      'forgets many messages whose work fails, and passes the error on',
      'forgets many messages whose transaction rolls back after the work',
      ...RACES,
    ],
  },
  {
    does: 'takes many messages without a transaction',
    make: brokenInbox((inner) => async (messages, transaction, work) => {
      if (transaction === undefined) await work(messages.map(() => true))
      else await inner.onceEach(messages, transaction, work)
    }),
    seenBy: ['does not take many messages without a transaction'],
  },
]

function brokenLog(broken: Partial<AttemptLogDriver['attempts']>): () => AttemptLogDriver {
  return () => {
    const { attempts } = memoryStore()
    const names = ['begin', 'end', 'beginEach', 'endEach', 'withdrawEach'] as const
    const whole = Object.fromEntries(names.map((name) => [name, attempts[name].bind(attempts)]))
    return { attempts: { ...whole, ...broken } as AttemptLogDriver['attempts'] }
  }
}

export const batchAttemptMutants: readonly Mutant<AttemptLogDriver>[] = [
  {
    does: 'counts none of many attempts',
    make: brokenLog({ beginEach: async (messages) => messages.map(() => 1) }),
    seenBy: [
      'counts many messages in one go, and answers in their order',
      'ends many attempts in one go',
      'takes beginnings back in one go, the last of each message',
      'counts concurrent lists apart, whatever their order',
    ],
  },
  {
    does: 'never ends many attempts, nor takes them back',
    make: brokenLog({ endEach: async () => undefined, withdrawEach: async () => undefined }),
    seenBy: ['ends many attempts in one go', 'takes beginnings back in one go, the last of each message'],
  },
]

function brokenKeys(
  take: (inner: MemoryIdempotencyKeys, taken: Set<string>) => MemoryIdempotencyKeys['take'],
): () => IdempotencyKeyStoreDriver {
  return () => {
    const { idempotencyKeys: inner, unitOfWork } = memoryStore()
    const [has, put, claim] = [inner.has.bind(inner), inner.put.bind(inner), inner.claim.bind(inner)]
    return { keys: { has, put, claim, take: take(inner, new Set()) }, unitOfWork, advance: () => undefined }
  }
}

const KEY_RACES = [
  'has another transaction wait for the one that has a key, and refuses it once that has committed',
  'has another transaction wait for the one that has a key, and gives it once that has rolled back',
]

export const transactionalKeyMutants: readonly Mutant<IdempotencyKeyStoreDriver>[] = [
  {
    does: 'gives a key to everybody',
    make: brokenKeys(() => async () => true),
    seenBy: [
      'lets one transaction take a key, and no other after it',
      'sees in one transaction that it has taken a key',
      'lets one of many transactions at once take a key',
      'frees a taken key after its time, where the driver can let time pass',
      'takes no key without a transaction',
      ...KEY_RACES,
    ],
  },
  {
    does: 'takes a key at once, whatever becomes of the transaction',
    make: brokenKeys((_, taken) => async (key) => !taken.has(key) && Boolean(taken.add(key))),
    seenBy: [
      'frees a key whose transaction rolls back',
      'frees a taken key after its time, where the driver can let time pass',
      'takes no key without a transaction',
      ...KEY_RACES,
    ],
  },
]
