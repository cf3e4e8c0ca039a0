import type { DeadLetterQuery, DeadLetters } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { rejectsWith } from '../suite/rejections.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { ALL_BYTES, newLetter } from './letters.js'
import { newId, type StoreSuiteFacts } from './store-driver.js'

/** What a suite needs to try dead letters. There are none at first. */
export interface DeadLettersDriver {
  readonly deadLetters: DeadLetters
  dispose?(): Promise<void> | void
}

/** Registers the conformance suite of dead letters. @throws GULO_SUITE_SKIP_INVALID */
export function describeDeadLetters(
  name: string,
  make: MakeDriver<DeadLettersDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  describeSuite(`${name} for dead letters`, deadLettersCases(), make, {
    skip,
    timeoutMs: facts?.patienceMs ?? PATIENCE_MS,
  })
}

/** The promises of dead letters. */
export function deadLettersCases(): readonly ConformanceCase<DeadLettersDriver>[] {
  return cases
}

const cases: readonly ConformanceCase<DeadLettersDriver>[] = [
  {
    title: 'finds a letter with all that is known of it',
    async run({ deadLetters }) {
      const letter = newLetter()
      await deadLetters.add(letter)
      const [found] = await deadLetters.find({ id: letter.id })
      expect({ ...found, message: undefined }).to.deep.include({ ...letter, message: undefined })
    },
  },
  {
    title: 'keeps the message exactly as it was received',
    async run({ deadLetters }) {
      const letter = newLetter()
      await deadLetters.add(letter)
      const [found] = await deadLetters.find({ id: letter.id })
      const { body, headers, ...rest } = found?.message ?? letter.message
      expect([...(body as Uint8Array)]).to.deep.equal([...ALL_BYTES])
      expect([...(headers['binary'] as Uint8Array)]).to.deep.equal([...ALL_BYTES])
      expect({ ...headers, binary: undefined }).to.deep.equal({ ...letter.message.headers, binary: undefined })
      expect(rest).to.deep.include({ topic: 'items', partition: 2, offset: '9007199254740993', key: 'Grüße 🚀' })
    },
  },
  {
    title: 'keeps a tombstone, and what is not known',
    async run({ deadLetters }) {
      const unknown = { messageId: undefined, type: undefined, handler: undefined, tenantId: undefined }
      const { message, ...letter } = newLetter(unknown)
      const bare = { ...message, body: null, key: undefined, partition: undefined, offset: undefined, headers: {} }
      await deadLetters.add({ ...letter, message: bare })
      const [found] = await deadLetters.find({ id: letter.id })
      expect(found).to.deep.include(unknown)
      expect(found?.message).to.deep.include({ body: null, key: undefined, partition: undefined, offset: undefined })
    },
  },
  {
    title: 'answers the youngest first, and no more than the limit',
    async run({ deadLetters }) {
      const letters = [1, 2, 3].map((hour) => newLetter({ failedAt: `2026-01-01T0${hour}:00:00.000Z` }))
      for (const letter of letters) await deadLetters.add(letter)
      const ids = letters.map(({ id }) => id).reverse()
      expect((await deadLetters.find()).map(({ id }) => id)).to.deep.equal(ids)
      expect((await deadLetters.find({ limit: 2 })).map(({ id }) => id)).to.deep.equal(ids.slice(0, 2))
    },
  },
  {
    title: 'finds by every field of a query, and by several at once',
    async run({ deadLetters }) {
      const wanted = newLetter({ kind: 'quarantine', consumer: 'wanted', type: 'wanted.v1', messageId: 'wanted' })
      const other = newLetter()
      await deadLetters.add(wanted)
      await deadLetters.add(other)
      await deadLetters.mark(wanted.id, 'discarded')
      const queries: DeadLetterQuery[] = [
        { id: wanted.id },
        { kind: 'quarantine' },
        { status: 'discarded' },
        { consumer: 'wanted' },
        { type: 'wanted.v1' },
        { messageId: 'wanted' },
        { kind: 'quarantine', consumer: 'wanted', type: 'wanted.v1' },
      ]
      for (const query of queries) {
        expect(
          (await deadLetters.find(query)).map(({ id }) => id),
          JSON.stringify(query),
        ).to.deep.equal([wanted.id])
      }
      expect(await deadLetters.find({ kind: 'quarantine', consumer: other.consumer })).to.have.length(0)
    },
  },
  {
    title: 'marks a letter, and counts how often it is replayed',
    async run({ deadLetters }) {
      const letter = newLetter()
      await deadLetters.add(letter)
      expect(await deadLetters.mark(letter.id, 'replayed')).to.deep.include({ status: 'replayed', replayCount: 1 })
      await deadLetters.mark(letter.id, 'replayed')
      await deadLetters.mark(letter.id, 'discarded')
      const [found] = await deadLetters.find({ id: letter.id })
      expect(found).to.deep.include({ status: 'discarded', replayCount: 2 })
    },
  },
  {
    title: 'refuses to mark a letter that is not there',
    async run({ deadLetters }) {
      await rejectsWith('GULO_DEAD_LETTER_UNKNOWN', () => deadLetters.mark(newId(), 'discarded'))
    },
  },
]
