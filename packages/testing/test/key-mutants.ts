import { type AttemptLog, type IdempotencyKeyStore, memoryStore } from '@gulo/core'
import type { AttemptLogDriver, IdempotencyKeyStoreDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

function brokenKeys(
  exchange: (inner: IdempotencyKeyStore) => Partial<IdempotencyKeyStore>,
): () => IdempotencyKeyStoreDriver {
  return () => {
    const inner = memoryStore().idempotencyKeys
    const methods: IdempotencyKeyStore = {
      has: (key) => inner.has(key),
      put: (key, ttlSeconds) => inner.put(key, ttlSeconds),
      claim: (key, ttlSeconds) => inner.claim(key, ttlSeconds),
    }
    return { keys: { ...methods, ...exchange(inner) }, advance: () => undefined }
  }
}

export const keyMutants: readonly Mutant<IdempotencyKeyStoreDriver>[] = [
  {
    does: 'remembers nothing',
    make: brokenKeys(() => ({ put: async () => undefined })),
    seenBy: ['has a key once it is put, and no other', 'does not call a claimed key done before it is put'],
  },
  {
    does: 'looks before it claims',
    make: brokenKeys((inner) => ({
      claim: async (key, ttlSeconds) => {
        if (await inner.has(key)) return 'done'
        await inner.put(key, ttlSeconds)
        return 'claimed'
      },
    })),
    seenBy: ['gives a key to one of many that claim it at once', 'does not call a claimed key done before it is put'],
  },
  {
    does: 'never forgets',
    make: brokenKeys(() => ({})),
    seenBy: ['forgets a key after its time, done or claimed, where the driver can let time pass'],
  },
]

function brokenLog(exchange: (inner: AttemptLog) => Partial<AttemptLog>): () => AttemptLogDriver {
  return () => {
    const inner = memoryStore().attempts
    const methods: AttemptLog = {
      begin: (consumer, messageId) => inner.begin(consumer, messageId),
      end: (consumer, messageId) => inner.end(consumer, messageId),
    }
    return { attempts: { ...methods, ...exchange(inner) } }
  }
}

export const attemptMutants: readonly Mutant<AttemptLogDriver>[] = [
  {
    does: 'counts nothing',
    make: brokenLog(() => ({ begin: async () => 1 })),
    seenBy: [
      'counts the attempts that were not ended, the new one included',
      'counts concurrent attempts apart',
      'counts for each consumer and each message by itself',
      'keeps an attempt whose process ended and whose transaction rolled back',
    ],
  },
  {
    does: 'never ends an attempt',
    make: brokenLog(() => ({ end: async () => undefined })),
    seenBy: ['begins anew once an attempt has ended'],
  },
  {
    does: 'overlooks the consumer',
    make: brokenLog((inner) => ({
      begin: (_, messageId) => inner.begin('all', messageId),
      end: (_, messageId) => inner.end('all', messageId),
    })),
    seenBy: ['counts for each consumer and each message by itself'],
  },
  {
    does: 'complains of an end without a beginning',
    make: brokenLog(() => ({ end: () => Promise.reject(new Error('never begun')) })),
    seenBy: ['ends what was never begun without complaint'],
  },
]
