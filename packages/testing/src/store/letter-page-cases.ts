import type { DeadLetter } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { rejectsWith } from '../suite/rejections.js'
import type { DeadLetterAbilitiesDriver } from './letter-driver.js'
import { newLetter } from './letters.js'

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`
const idsOf = (letters: readonly DeadLetter[]) => letters.map(({ id }) => id)

/** Reads all pages; `between` is done after each. */
async function readAll(
  { deadLetters }: DeadLetterAbilitiesDriver,
  limit: number,
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  for (let page = 1; page < 100; page++) {
    const { letters, next } = await deadLetters.page({ limit, ...(cursor !== undefined && { cursor }) })
    ids.push(...idsOf(letters))
    if (next === undefined) return ids
    cursor = next
    await between(page)
  }
  return expect.fail('there is always another page')
}

/** Pages, counts and groups. */
export const letterPageCases: readonly ConformanceCase<DeadLetterAbilitiesDriver>[] = [
  {
    title: 'gives every letter once, page by page, the youngest first, also of one moment',
    async run(driver) {
      const letters = [1, 2, 2, 2, 3, 4].map((minute) => newLetter({ failedAt: at(minute) }))
      for (const letter of letters) await driver.deadLetters.add(letter)
      expect(await readAll(driver, 2)).to.deep.equal(idsOf(letters).reverse())
      expect(await readAll(driver, 6)).to.have.length(6)
      expect((await driver.deadLetters.page({ limit: 6 })).next).to.equal(undefined)
    },
  },
  {
    title: 'neither repeats nor skips a letter while others are added and changed',
    async run(driver) {
      const { deadLetters } = driver
      const letters = [1, 2, 3, 4, 5, 6].map((minute) => newLetter({ failedAt: at(minute) }))
      for (const letter of letters) await deadLetters.add(letter)
      const ids = await readAll(driver, 2, async (page) => {
        await deadLetters.add(newLetter({ failedAt: at(30 + page) }))
        await deadLetters.mark(letters[0]?.id as string, 'replayed')
      })
      expect(ids).to.deep.equal(idsOf(letters).reverse())
    },
  },
  {
    title: 'gives pages of what a filter matches',
    async run({ deadLetters }) {
      const wanted = newLetter({ reason: 'poison', tenantId: 'one', consumer: 'one', failedAt: at(5) })
      await deadLetters.add(wanted)
      await deadLetters.add(newLetter({ tenantId: 'other', failedAt: at(1) }))
      await deadLetters.add(newLetter({ tenantId: 'other', failedAt: at(9) }))
      const [group] = await deadLetters.groups({ consumer: 'one' })
      const filters = [
        { id: wanted.id },
        { reason: 'poison' },
        { tenantId: 'one' },
        { fingerprint: group?.fingerprint as string },
        { from: at(5), until: at(9) },
        { status: 'new', consumer: 'one', until: at(6) },
      ] as const
      for (const filter of filters) {
        expect(idsOf((await deadLetters.page(filter)).letters), JSON.stringify(filter)).to.deep.equal([wanted.id])
      }
      expect((await deadLetters.page({ id: 'nowhere' })).letters).to.have.length(0)
    },
  },
  {
    title: 'refuses a cursor of no page, a limit out of bounds, and a field it does not know',
    async run({ deadLetters }) {
      const queries = [
        { cursor: 'x' },
        { limit: 0 },
        { limit: 1001 },
        { limit: 1.5 },
        { consumers: 'x' },
        { status: 'old' },
      ]
      for (const query of queries) await rejectsWith('GULO_DEAD_LETTER_REQUEST', () => deadLetters.page(query as never))
      await rejectsWith('GULO_DEAD_LETTER_REQUEST', () => deadLetters.groups({ from: 'yesterday' }))
      await rejectsWith('GULO_DEAD_LETTER_REQUEST', () => deadLetters.count({ from: 'yesterday' }))
    },
  },
  {
    title: 'counts by status what a filter matches',
    async run({ deadLetters }) {
      const letters = [newLetter(), newLetter(), newLetter({ kind: 'quarantine' })]
      for (const letter of letters) await deadLetters.add(letter)
      await deadLetters.mark(letters[0]?.id as string, 'discarded')
      expect(await deadLetters.count()).to.deep.equal({ new: 2, replaying: 0, replayed: 0, discarded: 1 })
      expect(await deadLetters.count({ kind: 'quarantine' })).to.deep.include({ new: 1, discarded: 0 })
    },
  },
  {
    title: 'groups letters of one cause, whatever numbers and names their errors tell',
    async run({ deadLetters }) {
      const failing = (message: string, minute: number, more: Partial<DeadLetter> = {}) =>
        newLetter({ error: { ...newLetter().error, message }, failedAt: at(minute), ...more })
      const same = [
        failing('no shelf 7 for "a"', 1),
        failing('no shelf 12 for "b"', 2),
        failing('no shelf 0 for ""', 3),
      ]
      const others = [
        failing('no shelf 7 for "a"', 4, { consumer: 'other' }),
        failing('no shelf 7 for "a"', 5, { type: 'other.v1' }),
        failing('no lamp 7 for "a"', 6),
        failing('no shelf 7 for "a"', 7, { error: { ...newLetter().error, code: 'OTHER' } }),
      ]
      for (const letter of [...same, ...others]) await deadLetters.add(letter)
      const groups = await deadLetters.groups()
      expect(groups.map(({ count }) => count)).to.deep.equal([1, 1, 1, 1, 3])
      expect(groups.at(-1)).to.deep.include({ firstFailedAt: at(1), failedAt: at(3) })
      expect(groups.map(({ sample }) => sample.id)).to.deep.equal(idsOf([...others].reverse().concat(same.slice(-1))))
      expect(await deadLetters.groups({ limit: 2 })).to.have.length(2)
      const [group] = await deadLetters.groups({ until: at(3) })
      expect(group).to.deep.include({ count: 2, failedAt: at(2) })
    },
  },
]
