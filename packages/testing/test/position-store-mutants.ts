import { memoryStore, type PositionStore } from '@gulo/core'
import type { PositionStoreDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

function broken(exchange: (inner: PositionStore) => Partial<PositionStore>): () => PositionStoreDriver {
  return () => {
    const { positions: inner, unitOfWork } = memoryStore()
    const whole: PositionStore = {
      acquire: (partition) => inner.acquire(partition),
      next: (owned) => inner.next(owned),
      advance: (...parameters) => inner.advance(...parameters),
    }
    return { positions: { ...whole, ...exchange(inner) }, unitOfWork }
  }
}

/** Positions in a map, without owners and without transactions. */
function careless(): Partial<PositionStore> {
  const stored = new Map<string, string>()
  return {
    acquire: async (partition) => ({ ...partition, generation: '1' }),
    next: async ({ topic }) => stored.get(topic),
    advance: async ({ topic }, _, to) => void stored.set(topic, to),
  }
}

export const positionStoreMutants: readonly Mutant<PositionStoreDriver>[] = [
  {
    does: 'stores at once, for everybody',
    make: broken(careless),
    seenBy: [
      'keeps the position of each group, topic and partition by itself',
      'lets an earlier owner neither look nor store, and commits nothing of it',
      'stores nothing from another position than the one that is stored',
      'forgets a position whose transaction rolls back',
      'stores no position without a transaction',
    ],
  },
  {
    does: 'stores nothing',
    make: broken(() => ({ advance: async () => undefined })),
    seenBy: [
      'knows no position before one is stored, and then that one',
      'hands the position on to the next owner',
      'lets an earlier owner neither look nor store, and commits nothing of it',
      'stores nothing from another position than the one that is stored',
      'stores no position without a transaction',
      'never loses what an open transaction has stored to one that takes over meanwhile: either both see it or neither',
    ],
  },
]
