import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import type { DeadLetterAbilitiesDriver } from './letter-driver.js'
import { ALL_BYTES, newLetter } from './letters.js'
import { newId } from './store-driver.js'

const by = { actor: 'ada', reason: 'ticket 7' }
const text = (bytes: Uint8Array | null | undefined) => new TextDecoder().decode(bytes ?? undefined)
const bytes = (words: string) => new TextEncoder().encode(words)
const claimOf = (owner: string, forMs = 60_000) => ({ owner, forMs })

/** Edits, discards, restores, claims, and what is told of them. */
export const letterChangeCases: readonly ConformanceCase<DeadLetterAbilitiesDriver>[] = [
  {
    title: 'keeps the original beside every revision',
    async run({ deadLetters }) {
      const letter = newLetter()
      await deadLetters.add(letter)
      const first = await deadLetters.edit(letter.id, { body: bytes('one') }, by)
      expect(first?.revised).to.deep.include({ revision: 1, headers: letter.message.headers })
      await deadLetters.edit(letter.id, { headers: { plain: 'mended' } }, by)
      const { letters } = await deadLetters.page()
      expect([...(letters[0]?.message.body ?? [])]).to.deep.equal([...ALL_BYTES])
      expect(letters[0]?.revised).to.deep.include({ revision: 2, headers: { plain: 'mended' } })
      expect(text(letters[0]?.revised?.body)).to.equal('one')
      const emptied = await deadLetters.edit(letter.id, { body: null }, by)
      expect(emptied?.revised).to.deep.include({ revision: 3, body: null, headers: { plain: 'mended' } })
      expect((await deadLetters.edit(letter.id, { headers: {} }, by))?.revised?.body).to.equal(null)
    },
  },
  {
    title: 'edits only a letter that is new',
    async run({ deadLetters }) {
      const letter = newLetter()
      await deadLetters.add(letter)
      await deadLetters.mark(letter.id, 'discarded')
      expect(await deadLetters.edit(letter.id, { body: null }, by)).to.equal(undefined)
      expect(await deadLetters.edit(newId(), { body: null }, by)).to.equal(undefined)
      expect(await deadLetters.history(letter.id)).to.deep.equal([])
    },
  },
  {
    title: 'discards new letters that match, restores discarded ones, and no more than the limit',
    async run({ deadLetters }) {
      const letters = [1, 2, 3].map(() => newLetter())
      for (const letter of letters) await deadLetters.add(letter)
      await deadLetters.add(newLetter({ consumer: 'other' }))
      await deadLetters.mark(letters[0]?.id as string, 'replayed')
      expect(await deadLetters.discard({ consumer: 'conformance' }, 1, by)).to.equal(1)
      expect(await deadLetters.discard({ consumer: 'conformance' }, 10, by)).to.equal(1)
      expect(await deadLetters.count()).to.deep.equal({ new: 1, replaying: 0, replayed: 1, discarded: 2 })
      expect(await deadLetters.restore({}, 1, by)).to.equal(1)
      expect(await deadLetters.restore({}, 10, by)).to.equal(1)
      expect(await deadLetters.restore({}, 10, by)).to.equal(0)
      expect(await deadLetters.count()).to.deep.equal({ new: 3, replaying: 0, replayed: 1, discarded: 0 })
    },
  },
  {
    title: 'tells who did what, when and why, in its order',
    async run({ deadLetters }) {
      const letter = newLetter()
      await deadLetters.add(letter)
      await deadLetters.edit(letter.id, { body: null }, by)
      await deadLetters.discard({ id: letter.id }, 1, { actor: 'bob' })
      await deadLetters.restore({ id: letter.id }, 1, by)
      await deadLetters.claim({}, { limit: 1 }, claimOf(OWNER))
      await deadLetters.settle(letter.id, OWNER, { ok: false, error: 'no consumer' }, by)
      await deadLetters.claim({}, { limit: 1 }, claimOf(OWNER))
      await deadLetters.settle(letter.id, OWNER, { ok: true }, by)
      const deeds = await deadLetters.history(letter.id)
      expect(deeds.map(({ action, actor, reason, details }) => ({ action, actor, reason, details }))).to.deep.equal([
        { action: 'edited', ...by, details: { revision: 1 } },
        { action: 'discarded', actor: 'bob', reason: undefined, details: {} },
        { action: 'restored', ...by, details: {} },
        { action: 'replay-failed', ...by, details: { error: 'no consumer' } },
        { action: 'replayed', ...by, details: {} },
      ])
      for (const { at } of deeds) expect(at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(await deadLetters.history(newId())).to.deep.equal([])
    },
  },
  {
    title: 'hands each letter to one of several operators, oldest first',
    async run({ deadLetters }) {
      const letters = Array.from({ length: 12 }, (_, minute) =>
        newLetter({ failedAt: `2026-01-01T00:${String(minute + 10)}:00.000Z` }),
      )
      for (const letter of letters) await deadLetters.add(letter)
      const claims = await Promise.all(
        Array.from({ length: 4 }, () => deadLetters.claim({}, { limit: 5 }, claimOf(newId()))),
      )
      const ids = claims.flat().map(({ id }) => id)
      expect(new Set(ids).size, 'letters claimed twice').to.equal(ids.length)
      for (const claim of claims) {
        const failedAt = claim.map((each) => each.failedAt)
        expect(failedAt).to.deep.equal([...failedAt].sort())
        expect(claim.every(({ status }) => status === 'replaying')).to.equal(true)
      }
      expect(await deadLetters.claim({}, { limit: 20 }, claimOf(newId()))).to.have.length(12 - ids.length)
    },
  },
  {
    title: 'claims what a filter matches, behind one cursor and up to another',
    async run({ deadLetters }) {
      const letters = [1, 2, 3, 4].map((hour) => newLetter({ failedAt: `2026-01-01T0${hour}:00:00.000Z` }))
      for (const letter of letters) await deadLetters.add(letter)
      const after = (await deadLetters.page({ limit: 3 })).letters.at(-1)
      expect(after?.id).to.equal(letters[1]?.id)
      // The cursors of the third and the first page of one letter each, the youngest first.
      const one = (await deadLetters.page({ limit: 1 })).next as string
      const two = (await deadLetters.page({ limit: 1, cursor: one })).next as string
      const three = (await deadLetters.page({ limit: 1, cursor: two })).next as string
      const claimed = await deadLetters.claim({}, { limit: 9, after: three, upTo: two }, claimOf(OWNER))
      expect(claimed.map(({ id }) => id)).to.deep.equal([letters[2]?.id])
      expect(await deadLetters.claim({ consumer: 'other' }, { limit: 9 }, claimOf(OWNER))).to.have.length(0)
    },
  },
  {
    title: 'gives the owner again what it has, and others only when its claim has run out',
    async run({ deadLetters, advance }) {
      if (advance === undefined) throw new LeftOut('the driver has no advance')
      const letter = newLetter()
      await deadLetters.add(letter)
      const [first, second] = [newId(), newId()]
      const ids = async (owner: string) =>
        (await deadLetters.claim({}, { limit: 9 }, claimOf(owner))).map(({ id }) => id)
      expect(await ids(first)).to.deep.equal([letter.id])
      expect(await ids(first)).to.deep.equal([letter.id])
      await advance(50_000)
      await deadLetters.renew(claimOf(first))
      await advance(50_000)
      expect(await ids(second)).to.deep.equal([])
      await advance(20_000)
      expect(await ids(second)).to.deep.equal([letter.id])
      expect(await deadLetters.settle(letter.id, first, { ok: true }, by)).to.equal(undefined)
      expect(await deadLetters.settle(letter.id, second, { ok: true }, by)).to.deep.include({
        status: 'replayed',
        replayCount: 1,
      })
    },
  },
  {
    title: 'makes a letter new again whose replay failed, and leaves settled ones alone',
    async run({ deadLetters }) {
      const letter = newLetter()
      await deadLetters.add(letter)
      await deadLetters.claim({}, { limit: 1 }, claimOf(OWNER))
      expect(await deadLetters.discard({ id: letter.id }, 1, by)).to.equal(0)
      const back = await deadLetters.settle(letter.id, OWNER, { ok: false, error: 'x' }, by)
      expect(back).to.deep.include({ status: 'new', replayCount: 0 })
      expect(await deadLetters.settle(letter.id, OWNER, { ok: true }, by)).to.equal(undefined)
      await deadLetters.claim({}, { limit: 1 }, claimOf(OWNER))
      await deadLetters.settle(letter.id, OWNER, { ok: true }, by)
      expect(await deadLetters.claim({}, { limit: 1 }, claimOf(OWNER))).to.have.length(0)
      expect(await deadLetters.claim({ status: 'replayed' }, { limit: 1 }, claimOf(OWNER))).to.have.length(1)
    },
  },
]

const OWNER = newId()
