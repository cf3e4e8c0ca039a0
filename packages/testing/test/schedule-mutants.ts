import { memoryStore, type Schedule, type ScheduledItem } from '@gulo/core'
import type { ScheduleDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

function broken(exchange: (inner: Schedule) => Partial<Schedule>): () => ScheduleDriver {
  return () => {
    const { schedule: inner, unitOfWork } = memoryStore()
    const methods: Schedule = {
      at: (item, scope) => inner.at(item, scope),
      cancel: (key, scope) => inner.cancel(key, scope),
      claim: (nowMs, limit) => inner.claim(nowMs, limit),
      settle: (items) => inner.settle(items),
      release: (items) => inner.release(items),
    }
    return { unitOfWork, schedule: { ...methods, ...exchange(inner) } }
  }
}

export const scheduleMutants: readonly Mutant<ScheduleDriver>[] = [
  {
    does: 'forgets items when they are claimed',
    make: broken((inner) => ({
      claim: async (nowMs, limit) => {
        const items = await inner.claim(nowMs, limit)
        await inner.settle(items)
        return items
      },
    })),
    seenBy: ['hands an item over again when it was released, and only then', 'settles each item by itself'],
  },
  {
    does: 'hands an item to two callers, and forgets by id',
    make: broken(() => {
      const items = new Map<string, ScheduledItem>()
      return {
        at: async (item) => void items.set(item.id, item),
        claim: async (nowMs, limit) => [...items.values()].filter((item) => item.dueAtMs <= nowMs).slice(0, limit),
        release: async () => undefined,
        settle: async (done) => {
          for (const { id } of done) items.delete(id)
        },
      }
    }),
    seenBy: [
      'hands no item to two callers, neither at once nor one after the other',
      'keeps an item that is put off while it is in hand',
      'keeps an item that is put off and taken by another, whatever the first caller says',
      'hands over what is due, oldest first, and forgets it',
      'hands over nothing of a transaction that is open or rolled back',
    ],
  },
  {
    does: 'settles all that was claimed with an item',
    make: broken((inner) => {
      const claims: (readonly ScheduledItem[])[] = []
      return {
        claim: async (nowMs, limit) => {
          const items = await inner.claim(nowMs, limit)
          claims.push(items)
          return items
        },
        settle: async ([first]) => inner.settle(claims.find((items) => items.includes(first as ScheduledItem)) ?? []),
      }
    }),
    seenBy: ['settles each item by itself'],
  },
  {
    does: 'gives nothing back',
    make: broken(() => ({ release: async () => undefined })),
    seenBy: ['hands an item over again when it was released, and only then'],
  },
  {
    does: 'is a second early',
    make: broken((inner) => ({ claim: (nowMs, limit) => inner.claim(nowMs + 1000, limit) })),
    seenBy: ['hands over what is due, oldest first, and forgets it'],
  },
  {
    does: 'overlooks the limit',
    make: broken((inner) => ({ claim: (nowMs) => inner.claim(nowMs, 1000) })),
    seenBy: ['hands over no more than the limit'],
  },
  {
    does: 'loses the number of attempts',
    make: broken((inner) => ({ at: ({ attempts: _, ...item }, scope) => inner.at(item, scope) })),
    seenBy: ['keeps all that an item says'],
  },
  {
    does: 'overlooks transactions',
    make: broken((inner) => ({ at: (item) => inner.at(item), cancel: (key) => inner.cancel(key) })),
    seenBy: [
      'hands over nothing of a transaction that is open or rolled back',
      'cancels only if the transaction commits',
      'replaces only if the transaction commits',
    ],
  },
  {
    does: 'always says it has cancelled',
    make: broken((inner) => ({ cancel: async (key, scope) => (await inner.cancel(key, scope)) || true })),
    seenBy: [
      'cancels the pending item of a key, and says whether there was one',
      'cancels what was scheduled in the same transaction',
    ],
  },
  {
    does: 'keeps what a later item of the key replaces',
    make: broken((inner) => ({ at: ({ cancelKey: _, ...item }, scope) => inner.at(item, scope) })),
    seenBy: [
      'replaces the pending item of a key',
      'does not bring back an item that was replaced while it was in hand',
    ],
  },
  {
    does: 'takes items without a cancel key for one',
    make: broken((inner) => ({ at: (item, scope) => inner.at({ cancelKey: 'none', ...item }, scope) })),
    seenBy: ['keeps items without a cancel key apart'],
  },
]
