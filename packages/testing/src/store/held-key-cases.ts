import type { DeadLetter, DeadLetters, HeldKey, HeldKeyQueue, HeldKeys, KeyedMessage, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import { gate, grace, PATIENCE_MS, within } from '../suite/waiting.js'
import { newLetter } from './letters.js'
import { inTransaction, newId, type StoreSuiteFacts } from './store-driver.js'

/** What a suite needs to try held keys. Nothing is held at first. */
export interface HeldKeysDriver {
  readonly heldKeys: HeldKeys & HeldKeyQueue
  /** The letters of the same store. */
  readonly deadLetters: DeadLetters
  readonly unitOfWork: UnitOfWork
  /** Lets so much time pass, in milliseconds, as claims run out by. */
  advance?(ms: number): Promise<void> | void
  dispose?(): Promise<void> | void
}

const KEY: HeldKey = { group: 'conformance', key: 'Grüße 🚀' }
const claimOf = (owner: string) => ({ owner, forMs: 60_000 })

function holding(more: Partial<DeadLetter> = {}): DeadLetter {
  return newLetter({ holds: KEY, ...more })
}

function keyed(name: string, more: Partial<KeyedMessage> = {}): KeyedMessage {
  const { message } = newLetter()
  const history = { attempt: 2, firstFailedAt: '2026-01-01T00:00:00.000Z', replayCount: 1 }
  const redelivery = { group: KEY.group, handler: 'CollectItem', message: { ...message, offset: name }, ...history }
  return { ...KEY, handler: 'CollectItem', messageId: `id of ${name}`, redelivery, ...more }
}

/** Claims and takes all that waits of the key, in its order, and lets it go. */
async function drain({ heldKeys }: HeldKeysDriver): Promise<readonly (string | undefined)[]> {
  const owner = newId()
  const names: (string | undefined)[] = []
  for (const key of await heldKeys.claim([KEY.group], 10, claimOf(owner))) {
    for (let next = await heldKeys.next(key, owner); next !== undefined; next = await heldKeys.next(key, owner)) {
      names.push(next.redelivery.message.offset)
      await heldKeys.forget(key, next.id)
    }
    await heldKeys.release(key, owner)
  }
  return names
}

/** The promises of held keys. */
export function heldKeysCases({
  patienceMs = PATIENCE_MS,
}: StoreSuiteFacts = {}): readonly ConformanceCase<HeldKeysDriver>[] {
  return [
    {
      title: 'lets messages go on whose key no letter holds',
      async run(driver) {
        const { heldKeys, deadLetters } = driver
        expect(await heldKeys.park(keyed('1'))).to.equal('free')
        await deadLetters.add(newLetter())
        expect(await heldKeys.park(keyed('1'))).to.equal('free')
        await deadLetters.add(holding())
        expect(await heldKeys.park(keyed('1', { key: 'other' }))).to.equal('free')
        expect(await heldKeys.park(keyed('1', { group: 'other' }))).to.equal('free')
        expect(await drain(driver)).to.deep.equal([])
      },
    },
    {
      title: 'gives back what waited in its order, once the letter is settled, and lets the key go',
      async run(driver) {
        const { heldKeys, deadLetters } = driver
        for (const status of ['replayed', 'discarded'] as const) {
          const letter = holding()
          await deadLetters.add(letter)
          const names = ['3', '1', '2'].map((name) => `${status} ${name}`)
          for (const name of names) expect(await heldKeys.park(keyed(name))).to.equal('parked')
          expect(await drain(driver), 'before the letter is settled').to.deep.equal([])
          await deadLetters.mark(letter.id, status)
          expect(await heldKeys.park(keyed(`${status} 4`)), 'before the others are').to.equal('parked')
          expect(await drain(driver)).to.deep.equal([...names, `${status} 4`])
          expect(await heldKeys.park(keyed(`${status} 5`))).to.equal('free')
        }
      },
    },
    {
      title: 'keeps the message as it was received, with its history',
      async run({ heldKeys, deadLetters }) {
        const letter = holding()
        await deadLetters.add(letter)
        const parked = keyed('1')
        await heldKeys.park(parked)
        await deadLetters.mark(letter.id, 'discarded')
        const owner = newId()
        const [key] = await heldKeys.claim([KEY.group], 1, claimOf(owner))
        expect(key).to.deep.equal(KEY)
        const { message, ...history } = (await heldKeys.next(KEY, owner))?.redelivery ?? parked.redelivery
        expect({ ...history, message: undefined }).to.deep.equal({ ...parked.redelivery, message: undefined })
        expect([...(message.body ?? [])]).to.deep.equal([...(parked.redelivery.message.body ?? [])])
        expect(message).to.deep.include({ topic: 'items', offset: '1', key: 'Grüße 🚀' })
      },
    },
    {
      title: 'keeps a message once for each of its handlers',
      async run(driver) {
        const { heldKeys, deadLetters } = driver
        const letter = holding()
        await deadLetters.add(letter)
        for (const handler of ['A', 'A', 'B']) expect(await heldKeys.park(keyed('1', { handler }))).to.equal('parked')
        await deadLetters.mark(letter.id, 'replayed')
        expect(await drain(driver)).to.deep.equal(['1', '1'])
      },
    },
    {
      title: 'takes the message of the letter for settled, but not for another of its handlers',
      async run(driver) {
        const { heldKeys, deadLetters } = driver
        const letter = holding({ messageId: 'id of 1', handler: 'A' })
        await deadLetters.add(letter)
        expect(await heldKeys.park(keyed('1', { handler: 'A' }))).to.equal('parked')
        expect(await heldKeys.park(keyed('1', { handler: 'B' }))).to.equal('free')
        expect(await heldKeys.park(keyed('2', { handler: 'A' }))).to.equal('parked')
        await deadLetters.mark(letter.id, 'discarded')
        expect(await heldKeys.park(keyed('1', { handler: 'A' })), 'after the discard').to.equal('parked')
        expect(await drain(driver)).to.deep.equal(['2'])
      },
    },
    {
      title: 'holds a key until its last letter is settled, and puts a letter in the place of its message',
      async run(driver) {
        const { heldKeys, deadLetters } = driver
        const [first, second] = [holding({ handler: 'A' }), holding({ handler: 'B' })]
        for (const letter of [first, second]) await deadLetters.add(letter)
        for (const name of ['1', '2', '3']) await heldKeys.park(keyed(name))
        await deadLetters.mark(first.id, 'replayed')
        expect(await drain(driver)).to.deep.equal([])
        await deadLetters.mark(second.id, 'discarded')
        const owner = newId()
        await heldKeys.claim([KEY.group], 1, claimOf(owner))
        const failed = holding({ messageId: 'id of 1', handler: 'CollectItem' })
        await deadLetters.add(failed)
        expect(await heldKeys.next(KEY, owner)).to.equal(undefined)
        expect(await heldKeys.release(KEY, owner)).to.equal(false)
        expect(await drain(driver)).to.deep.equal([])
        await deadLetters.mark(failed.id, 'replayed')
        expect(await drain(driver)).to.deep.equal(['2', '3'])
      },
    },
    {
      title: 'keeps one letter of a message that is delivered twice at once, and another when its replay fails',
      async run({ deadLetters }) {
        const letter = holding()
        const again = { ...letter, id: newId(), replayCount: 1 }
        for (const each of [letter, { ...letter, id: newId() }, again, { ...again, id: newId() }])
          await deadLetters.add(each)
        const ids = (await deadLetters.find()).map(({ id }) => id)
        expect(ids).to.have.members([letter.id, again.id])
        await deadLetters.mark(letter.id, 'replayed')
        expect(await deadLetters.find()).to.have.length(2)
      },
    },
    {
      title: 'holds the key again of a letter that is restored',
      async run(driver) {
        const { heldKeys, deadLetters } = driver
        const letter = holding()
        await deadLetters.add(letter)
        await deadLetters.mark(letter.id, 'discarded')
        await drain(driver)
        await deadLetters.mark(letter.id, 'new')
        expect(await heldKeys.park(keyed('1'))).to.equal('parked')
        expect(await drain(driver)).to.deep.equal([])
        await deadLetters.mark(letter.id, 'replayed')
        expect(await drain(driver)).to.deep.equal(['1'])
      },
    },
    {
      title: 'gives a key to one releaser at a time, and to another when the claim has run out',
      async run({ heldKeys, deadLetters, advance }) {
        if (advance === undefined) throw new LeftOut('the driver has no advance')
        const letter = holding()
        await deadLetters.add(letter)
        await heldKeys.park(keyed('1'))
        await deadLetters.mark(letter.id, 'replayed')
        const owners = [newId(), newId(), newId(), newId()]
        const claims = await Promise.all(owners.map((each) => heldKeys.claim([KEY.group], 5, claimOf(each))))
        expect(claims.flat()).to.have.length(1)
        const owner = owners[claims.findIndex(({ length }) => length > 0)] as string
        const other = newId()
        expect(await heldKeys.claim(['other'], 5, claimOf(other))).to.have.length(0)
        await advance(50_000)
        await heldKeys.renew(claimOf(owner))
        await advance(50_000)
        expect(await heldKeys.claim([KEY.group], 5, claimOf(other))).to.have.length(0)
        await advance(20_000)
        expect(await heldKeys.claim([KEY.group], 5, claimOf(other))).to.have.length(1)
        expect(await heldKeys.next(KEY, owner)).to.equal(undefined)
        expect(await heldKeys.release(KEY, owner)).to.equal(false)
        expect((await heldKeys.next(KEY, other))?.redelivery.message.offset).to.equal('1')
      },
    },
    {
      title: 'does not let a key go past a message that is just being parked',
      async run(driver) {
        const { heldKeys, deadLetters, unitOfWork } = driver
        const letter = holding()
        await deadLetters.add(letter)
        await deadLetters.mark(letter.id, 'replayed')
        const owner = newId()
        await heldKeys.claim([KEY.group], 1, claimOf(owner))
        const [parked, ending] = [gate(), gate()]
        const parking = inTransaction(unitOfWork, async (transaction) => {
          expect(await heldKeys.park(keyed('1'), transaction)).to.equal('parked')
          parked.open()
          await ending.passed
        })
        await within(patienceMs, Promise.race([parked.passed, parking]), 'the message is parked')
        const releasing = heldKeys.release(KEY, owner)
        await Promise.race([releasing, grace()])
        ending.open()
        await parking
        expect(await releasing, 'the key is let go').to.equal(false)
        expect(await drain(driver)).to.deep.equal(['1'])
      },
    },
  ]
}
