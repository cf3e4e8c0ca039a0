import { type DeadLetter, type DeadLetterAbilities, type DeadLetters, memoryStore } from '@gulo/core'
import type { DeadLetterAbilitiesDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

type Letters = DeadLetters & DeadLetterAbilities

function broken(exchange: (inner: Letters) => Partial<Letters>): () => DeadLetterAbilitiesDriver {
  return () => {
    let nowMs = 1_767_225_600_000
    const clock = { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel: () => undefined }) }
    const { deadLetters: inner } = memoryStore({ runtime: { ...runtimeOf(), clock } })
    const exchanged = new Proxy(inner, {
      get: (target, name) => {
        const own = (changes as Record<string | symbol, unknown>)[name] ?? Reflect.get(target, name)
        return typeof own === 'function' ? own.bind(target) : own
      },
    })
    const changes = exchange(inner)
    return { deadLetters: exchanged, advance: (ms) => void (nowMs += ms) }
  }
}

function runtimeOf() {
  let count = 0
  const random = { next: () => 0.5, fill: () => undefined }
  return { random, newId: () => `id-${count++}`, timestamp: () => '2026-01-01T00:00:00.000Z' }
}

const original = ({ revised: _, ...letter }: DeadLetter): DeadLetter => letter

export const letterAbilityMutants: readonly Mutant<DeadLetterAbilitiesDriver>[] = [
  {
    does: 'pages by the time of failure alone',
    make: broken((inner) => ({
      page: async (query = {}) => {
        const { letters, next } = await inner.page(query)
        const last = letters.at(-1)
        if (next === undefined || last === undefined) return { letters, next }
        return inner.page({ ...query, until: last.failedAt }).then(({ next: behind }) => ({ letters, next: behind }))
      },
    })),
    seenBy: ['gives every letter once, page by page, the youngest first, also of one moment'],
  },
  {
    does: 'counts pages from the youngest letter',
    make: broken((inner) => ({
      page: async ({ cursor, limit = 100, ...query } = {}) => {
        const from = cursor === undefined ? 0 : Number(cursor)
        const letters = await inner.find({ limit: 1000 })
        const next = letters.length > from + limit ? String(from + limit) : undefined
        return Object.keys(query).length > 0
          ? inner.page({ limit, ...query })
          : { letters: letters.slice(from, from + limit), next }
      },
    })),
    seenBy: [
      'neither repeats nor skips a letter while others are added and changed',
      'refuses a cursor of no page, a limit out of bounds, and a field it does not know',
    ],
  },
  ...(['reason', 'tenantId', 'fingerprint', 'from', 'until'] as const).map((field) => ({
    does: `overlooks ${field} in the filter of a page`,
    make: broken((inner) => ({ page: ({ [field]: _, ...query } = {}) => inner.page(query) })),
    seenBy: ['gives pages of what a filter matches'],
  })),
  {
    does: 'lets anything be a filter',
    make: broken((inner) => ({
      groups: (query) => inner.groups(query).catch(() => []),
      count: (filter) => inner.count(filter).catch(() => ({ new: 0, replaying: 0, replayed: 0, discarded: 0 })),
    })),
    seenBy: ['refuses a cursor of no page, a limit out of bounds, and a field it does not know'],
  },
  {
    does: 'counts everything, whatever the filter',
    make: broken((inner) => ({ count: () => inner.count() })),
    seenBy: [
      'counts by status what a filter matches',
      'refuses a cursor of no page, a limit out of bounds, and a field it does not know',
    ],
  },
  {
    does: 'groups by the code of the error alone',
    make: broken((inner) => ({
      groups: async (query) => {
        const groups = await inner.groups(query)
        return groups.filter(
          ({ sample }, index) => groups.findIndex((each) => each.sample.error.code === sample.error.code) === index,
        )
      },
    })),
    seenBy: ['groups letters of one cause, whatever numbers and names their errors tell'],
  },
  {
    does: 'writes an edit over the message',
    make: broken((inner) => ({
      page: async (query) => {
        const { letters, next } = await inner.page(query)
        const over = letters.map((each) => ({ ...each, message: { ...each.message, ...each.revised } }))
        return { letters: over, next }
      },
    })),
    seenBy: ['keeps the original beside every revision'],
  },
  {
    does: 'forgets the edit before',
    make: broken((inner) => ({
      edit: async (id, edit, by) => {
        const [letter] = await inner.find({ id })
        if (letter === undefined) return undefined
        const { body, headers } = original(letter).message
        return inner.edit(id, { body, headers, ...edit }, by)
      },
    })),
    seenBy: ['keeps the original beside every revision'],
  },
  {
    does: 'edits letters that are settled',
    make: broken((inner) => ({
      edit: async (id, edit, by) => (await inner.edit(id, edit, by)) ?? (await inner.find({ id }))[0],
    })),
    seenBy: ['edits only a letter that is new'],
  },
  {
    does: 'discards and restores without a limit',
    make: broken((inner) => ({
      discard: (filter, _, by) => inner.discard(filter, 1000, by),
      restore: (filter, _, by) => inner.restore(filter, 1000, by),
    })),
    seenBy: ['discards new letters that match, restores discarded ones, and no more than the limit'],
  },
  {
    does: 'forgets who it was',
    make: broken((inner) => ({ discard: (filter, limit) => inner.discard(filter, limit, { actor: 'nobody' }) })),
    seenBy: ['tells who did what, when and why, in its order'],
  },
  {
    does: 'claims what others have',
    make: broken((inner) => ({
      claim: async (filter, batch, claim) => {
        await inner.renew({ ...claim, forMs: claim.forMs })
        for (const { id } of await inner.find({ status: 'replaying', limit: 1000 })) await inner.mark(id, 'new')
        return inner.claim(filter, batch, claim)
      },
    })),
    seenBy: [
      'hands each letter to one of several operators, oldest first',
      'gives the owner again what it has, and others only when its claim has run out',
    ],
  },
  {
    does: 'claims the youngest first',
    make: broken((inner) => ({
      claim: async (filter, batch, claim) => [...(await inner.claim(filter, batch, claim))].reverse(),
    })),
    seenBy: ['hands each letter to one of several operators, oldest first'],
  },
  {
    does: 'overlooks the cursors of a claim',
    make: broken((inner) => ({ claim: (filter, { limit }, claim) => inner.claim(filter, { limit }, claim) })),
    seenBy: ['claims what a filter matches, behind one cursor and up to another'],
  },
  {
    does: 'keeps claims for ever',
    make: broken((inner) => ({
      claim: (filter, batch, claim) => inner.claim(filter, batch, { ...claim, forMs: Number.MAX_SAFE_INTEGER }),
      renew: (claim) => inner.renew({ ...claim, forMs: Number.MAX_SAFE_INTEGER }),
    })),
    seenBy: ['gives the owner again what it has, and others only when its claim has run out'],
  },
  {
    does: 'leaves a letter in hand whose replay failed',
    make: broken((inner) => ({
      settle: (id, owner, outcome, by) =>
        outcome.ok ? inner.settle(id, owner, outcome, by) : inner.find({ id }).then(([letter]) => letter),
    })),
    seenBy: [
      'makes a letter new again whose replay failed, and leaves settled ones alone',
      'tells who did what, when and why, in its order',
    ],
  },
]
