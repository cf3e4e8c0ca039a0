import { type HeldKeyQueue, type HeldKeys, memoryStore } from '@gulo/core'
import type { HeldKeysDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

type Keys = HeldKeys & HeldKeyQueue

function broken(exchange: (inner: Keys) => Partial<Keys>): () => HeldKeysDriver {
  return () => {
    let nowMs = 1_767_225_600_000
    const clock = { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel: () => undefined }) }
    const random = { next: () => 0.5, fill: () => undefined }
    const runtime = { clock, random, newId: () => 'id', timestamp: () => '2026-01-01T00:00:00.000Z' }
    const { heldKeys: inner, deadLetters, unitOfWork } = memoryStore({ runtime })
    const heldKeys: Keys = inner
    const methods: Keys = {
      park: (message, transaction) => heldKeys.park(message, transaction),
      claim: (groups, limit, claim) => heldKeys.claim(groups, limit, claim),
      renew: (claim) => heldKeys.renew(claim),
      next: (key, owner) => heldKeys.next(key, owner),
      forget: (key, id) => heldKeys.forget(key, id),
      release: (key, owner) => heldKeys.release(key, owner),
    }
    return {
      heldKeys: { ...methods, ...exchange(heldKeys) },
      deadLetters,
      unitOfWork,
      advance: (ms) => void (nowMs += ms),
    }
  }
}

const IN_ORDER = 'gives back what waited in its order, once the letter is settled, and lets the key go'
const ONE_RELEASER = 'gives a key to one releaser at a time, and to another when the claim has run out'

export const heldKeyMutants: readonly Mutant<HeldKeysDriver>[] = [
  {
    does: 'parks whatever comes',
    make: broken((inner) => ({ park: (message) => inner.park(message).then(() => 'parked' as const) })),
    seenBy: [
      'lets messages go on whose key no letter holds',
      IN_ORDER,
      'takes the message of the letter for settled, but not for another of its handlers',
    ],
  },
  {
    does: 'parks nothing',
    make: broken(() => ({ park: async () => 'free' })),
    seenBy: [
      IN_ORDER,
      'keeps a message once for each of its handlers',
      'holds the key again of a letter that is restored',
    ],
  },
  {
    does: 'parks the message of the letter again',
    make: broken((inner) => ({
      park: async (message) => {
        const unheard = { ...message, messageId: `${message.messageId} again` }
        const state = await inner.park(message)
        if (state === 'parked' && message.messageId === 'id of 1') await inner.park(unheard)
        return state
      },
    })),
    seenBy: [
      'keeps a message once for each of its handlers',
      'takes the message of the letter for settled, but not for another of its handlers',
      'holds a key until its last letter is settled, and puts a letter in the place of its message',
      'holds the key again of a letter that is restored',
      'does not let a key go past a message that is just being parked',
    ],
  },
  {
    does: 'forgets the history of what waits',
    make: broken((inner) => ({
      next: async (key, owner) => {
        const next = await inner.next(key, owner)
        return next && { ...next, redelivery: { ...next.redelivery, attempt: 1, replayCount: 0 } }
      },
    })),
    seenBy: ['keeps the message as it was received, with its history'],
  },
  {
    does: 'gives everybody what waits',
    make: broken((inner) => {
      let owners: string[] = []
      return {
        claim: async (groups, limit, claim) => {
          const claimed = await inner.claim(groups, limit, claim)
          if (claimed.length > 0) owners = [claim.owner]
          if (groups.includes('other') || claimed.length > 0 || owners.length === 0) return claimed
          return [{ group: 'conformance', key: 'Grüße 🚀' }]
        },
      }
    }),
    seenBy: [ONE_RELEASER],
  },
  {
    does: 'keeps claims for ever',
    make: broken((inner) => ({
      claim: (groups, limit, claim) => inner.claim(groups, limit, { ...claim, forMs: Number.MAX_SAFE_INTEGER }),
      renew: async () => undefined,
    })),
    seenBy: [ONE_RELEASER],
  },
  {
    does: 'lets a key go with what is being parked',
    make: broken((inner) => {
      const gone = new Set<string>()
      return {
        park: async (message, transaction) => {
          const state = await inner.park(message, transaction)
          if (transaction !== undefined) gone.add('parked')
          return state
        },
        release: async (key, owner) => (gone.has('parked') ? true : inner.release(key, owner)),
      }
    }),
    seenBy: ['does not let a key go past a message that is just being parked'],
  },
  {
    does: 'keeps every letter of a message that came twice',
    make: () => {
      const driver = broken(() => ({}))()
      const { deadLetters } = driver
      const add = deadLetters.add.bind(deadLetters)
      let count = 0
      const renamed: typeof deadLetters.add = (letter) => add({ ...letter, handler: `${letter.handler}${count++}` })
      return { ...driver, deadLetters: Object.assign(deadLetters, { add: renamed }) }
    },
    seenBy: ['keeps one letter of a message that is delivered twice at once, and another when its replay fails'],
  },
]
