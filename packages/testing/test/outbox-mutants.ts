import { type Envelope, MemoryTransaction, memoryStore, type Outbox, type OutboxEntry } from '@gulo/core'
import type { OutboxDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

type Inner = ReturnType<typeof memoryStore>['outbox']

function broken(
  exchange: (inner: Inner, store: ReturnType<typeof memoryStore>) => Partial<OutboxDriver['outbox']>,
): () => OutboxDriver {
  return () => {
    const store = memoryStore()
    const inner = store.outbox
    const methods: OutboxDriver['outbox'] = {
      publish: (envelopes, scope) => inner.publish(envelopes, scope),
      claim: (limit, without) => inner.claim(limit, without),
      settle: (entries) => inner.settle(entries),
      fail: (entries, error) => inner.fail(entries, error),
      onCommit: (listener) => inner.onCommit(listener),
      pending: () => inner.pending(),
    }
    return { unitOfWork: store.unitOfWork, outbox: { ...methods, ...exchange(inner, store) } }
  }
}

/** Gives other entries than are stored. */
const giving = (exchange: (entries: readonly OutboxEntry[]) => readonly OutboxEntry[]) =>
  broken((inner) => ({ claim: async (limit, without) => exchange(await inner.claim(limit, without)) }))

/** Stores other envelopes than were published. */
const storing = (exchange: (envelope: Envelope) => Envelope) =>
  broken((inner) => ({ publish: (envelopes, scope) => inner.publish(envelopes.map(exchange), scope) }))

/** Stores at once, whatever becomes of the transaction. */
function untransactional(inner: Inner): Outbox['publish'] {
  return async (envelopes) => {
    const transaction = new MemoryTransaction()
    await inner.publish(envelopes, { transaction })
    transaction.commit()
  }
}

export const outboxMutants: readonly Mutant<OutboxDriver>[] = [
  {
    does: 'gives topics that it is told to do without',
    make: broken((inner) => ({ claim: (limit) => inner.claim(limit) })),
    seenBy: ['leaves out the topics it is told to do without, and gives them later'],
  },
  {
    does: 'stores outside the transaction',
    make: broken((inner) => ({ publish: untransactional(inner) })),
    seenBy: [
      'refuses to store outside a transaction',
      'refuses to store in a transaction that has ended',
      'gives nothing of a transaction that is open',
      'gives nothing of a transaction that rolled back',
      'tells of every commit that stored something and of nothing else, where it tells at all',
    ],
  },
  {
    does: 'loses the tenant',
    make: storing((envelope) => ({ ...envelope, tenantId: undefined })),
    seenBy: ['gives what was committed, with all that the envelope says'],
  },
  {
    does: 'takes bytes for JSON',
    make: storing((envelope) => ({ ...envelope, payload: JSON.parse(JSON.stringify(envelope.payload ?? null)) })),
    seenBy: ['keeps bytes and tombstones as they are'],
  },
  {
    does: 'keeps the object it was given',
    make: broken((inner) => {
      const given = new Map<string, Envelope>()
      return {
        publish: async (envelopes, scope) => {
          for (const envelope of envelopes) given.set(envelope.id, envelope)
          await inner.publish(envelopes, scope)
        },
        claim: async (limit) =>
          (await inner.claim(limit)).map((entry) => ({
            ...entry,
            envelope: given.get(entry.envelope.id) ?? entry.envelope,
          })),
      }
    }),
    seenBy: ['stores the data as they were when they were published'],
  },
  {
    does: 'gives the youngest first',
    make: giving((entries) => entries.toReversed()),
    seenBy: [
      'commits several publishes of one transaction together',
      'gives entries of one key in the order of their commits, over several claims',
    ],
  },
  {
    does: 'overlooks the limit',
    make: broken((inner) => ({ claim: () => inner.claim(1000) })),
    seenBy: ['gives no more than the limit'],
  },
  {
    does: 'gives a key to two claimers',
    make: broken((inner) => ({
      claim: (limit) => {
        const entries = inner.claim(limit)
        inner.abandon()
        return entries
      },
    })),
    seenBy: [
      'gives no entry of a key that another claimer holds',
      'gives no key to two claimers at once, however many there are',
      'gives an entry without a key to one claimer only',
      'keeps a key from other claimers until all that was claimed of it is given back',
    ],
  },
  {
    does: 'frees a key with the first entry that is settled',
    make: broken((inner) => ({
      settle: async (entries) => {
        await inner.settle(entries)
        inner.abandon()
      },
    })),
    seenBy: ['keeps a key from other claimers until all that was claimed of it is given back'],
  },
  {
    does: 'gives settled entries again',
    make: broken((inner) => {
      const settled: OutboxEntry[] = []
      return {
        settle: async (entries) => {
          settled.push(...entries)
          await inner.settle(entries)
        },
        claim: async (limit) => [...(await inner.claim(limit)), ...settled.splice(0, 1)],
      }
    }),
    seenBy: ['gives every committed entry exactly once when all are settled'],
  },
  {
    does: 'does not count failures',
    make: giving((entries) => entries.map((entry) => ({ ...entry, attempts: 0 }))),
    seenBy: ['gives a failed entry again before younger ones of its key, and counts'],
  },
  {
    does: 'forgets a failed entry',
    make: broken((inner) => ({ fail: (entries) => inner.settle(entries) })),
    seenBy: [
      'gives a failed entry again before younger ones of its key, and counts',
      'keeps a key from other claimers until all that was claimed of it is given back',
      'gives other keys while one fails',
      'parks an entry that no retry can help, and goes on with its key',
    ],
  },
  {
    does: 'gives a bad entry again for ever',
    make: broken((inner) => ({ fail: (entries) => inner.fail(entries, new Error('again')) })),
    seenBy: ['parks an entry that no retry can help, and goes on with its key'],
  },
  {
    does: 'signals after roll-backs, too',
    make: broken((_, store) => ({
      onCommit: (listener) => {
        const run = store.unitOfWork.run.bind(store.unitOfWork)
        store.unitOfWork.run = (context, work) => run(context, work).finally(listener)
        return () => undefined
      },
    })),
    seenBy: ['tells of every commit that stored something and of nothing else, where it tells at all'],
  },
  {
    does: 'says it is empty',
    make: broken(() => ({ pending: async () => ({ count: 0, oldestAgeMs: undefined, parked: 0 }) })),
    seenBy: [
      'says how much it holds, where it says so at all',
      'parks an entry that no retry can help, and goes on with its key',
    ],
  },
]
