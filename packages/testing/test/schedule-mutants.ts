import { memoryStore, type Schedule, type ScheduledItem } from '@gulo/core'
import type { ScheduleDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

function broken(exchange: (inner: Schedule) => Partial<Schedule>): () => ScheduleDriver {
  return () => {
    const { schedule: inner, unitOfWork } = memoryStore()
    const methods: Schedule = {
      at: (item, scope) => inner.at(item, scope),
      cancel: (key, scope) => inner.cancel(key, scope),
      due: (nowMs, limit, take) => inner.due(nowMs, limit, take),
    }
    return { unitOfWork, schedule: { ...methods, ...exchange(inner) } }
  }
}

/** Takes everything out, then hands it over. */
async function takeOut(inner: Schedule, nowMs: number, limit: number): Promise<readonly ScheduledItem[]> {
  const items: ScheduledItem[] = []
  await inner.due(nowMs, limit, async (due) => void items.push(...due))
  return items
}

export const scheduleMutants: readonly Mutant<ScheduleDriver>[] = [
  {
    does: 'forgets items before they are taken',
    make: broken((inner) => ({
      due: async (nowMs, limit, take) => {
        const items = await takeOut(inner, nowMs, limit)
        await take(items)
        return items.length
      },
    })),
    seenBy: ['hands an item over again when it was not taken'],
  },
  {
    does: 'hands an item to two callers, and forgets by id',
    make: broken(() => {
      const items = new Map<string, ScheduledItem>()
      return {
        at: async (item) => void items.set(item.id, item),
        due: async (nowMs, limit, take) => {
          const due = [...items.values()].filter((item) => item.dueAtMs <= nowMs).slice(0, limit)
          await take(due)
          for (const { id } of due) items.delete(id)
          return due.length
        },
      }
    }),
    seenBy: [
      'hands no item to two callers at once',
      'keeps an item that is put off while it is in hand',
      'hands over what is due, oldest first, and forgets it',
      'hands over nothing of a transaction that is open or rolled back',
    ],
  },
  {
    does: 'is a second early',
    make: broken((inner) => ({ due: (nowMs, limit, take) => inner.due(nowMs + 1000, limit, take) })),
    seenBy: ['hands over what is due, oldest first, and forgets it'],
  },
  {
    does: 'overlooks the limit',
    make: broken((inner) => ({ due: (nowMs, _, take) => inner.due(nowMs, 1000, take) })),
    seenBy: ['hands over no more than the limit, and answers how many'],
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
