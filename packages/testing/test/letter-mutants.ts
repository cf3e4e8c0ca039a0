import { type DeadLetter, type DeadLetters, memoryStore } from '@gulo/core'
import type { DeadLettersDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

function broken(exchange: (inner: DeadLetters) => Partial<DeadLetters>): () => DeadLettersDriver {
  return () => {
    const inner = memoryStore().deadLetters
    const methods: DeadLetters = {
      add: (letter) => inner.add(letter),
      find: (query) => inner.find(query),
      mark: (id, status) => inner.mark(id, status),
    }
    return { deadLetters: { ...methods, ...exchange(inner) } }
  }
}

const keeping = (exchange: (letter: DeadLetter) => DeadLetter) =>
  broken((inner) => ({ add: (letter) => inner.add(exchange(letter)) }))

export const letterMutants: readonly Mutant<DeadLettersDriver>[] = [
  {
    does: 'loses the details of the error',
    make: keeping((letter) => ({ ...letter, error: { ...letter.error, details: {} } })),
    seenBy: ['finds a letter with all that is known of it'],
  },
  {
    does: 'takes bodies for text',
    make: keeping((letter) => {
      const body = new TextEncoder().encode(new TextDecoder().decode(letter.message.body ?? undefined))
      return { ...letter, message: { ...letter.message, body } }
    }),
    seenBy: ['keeps the message exactly as it was received', 'keeps a tombstone, and what is not known'],
  },
  {
    does: 'answers the oldest first',
    make: broken((inner) => ({ find: async (query) => [...(await inner.find(query))].reverse() })),
    seenBy: ['answers the youngest first, and no more than the limit'],
  },
  {
    does: 'overlooks the limit',
    make: broken((inner) => ({ find: (query) => inner.find({ ...query, limit: 1000 }) })),
    seenBy: ['answers the youngest first, and no more than the limit'],
  },
  ...(['id', 'kind', 'status', 'consumer', 'type', 'messageId'] as const).map((field) => ({
    does: `overlooks the ${field} of a query`,
    make: broken((inner) => ({
      find: ({ [field]: _, ...query } = {}) => inner.find(query),
    })),
    seenBy: ['finds by every field of a query, and by several at once'],
  })),
  {
    does: 'does not count replays',
    make: broken((inner) => ({ mark: async (id, status) => ({ ...(await inner.mark(id, status)), replayCount: 0 }) })),
    seenBy: ['marks a letter, and counts how often it is replayed'],
  },
  {
    does: 'says it has marked what is not there',
    make: broken((inner) => ({
      mark: (id, status) => inner.mark(id, status).catch(() => ({ id, status }) as DeadLetter),
    })),
    seenBy: ['refuses to mark a letter that is not there'],
  },
]
