import { GuloError, type OutboxEntry, sleep, systemClock } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { claimAll, commit, drain, idsOf, type OutboxDriver } from './outbox-driver.js'
import { newEnvelope } from './store-driver.js'

/** What claiming, settling and giving back do. */
export const outboxClaimCases: readonly ConformanceCase<OutboxDriver>[] = [
  {
    title: 'gives entries of one key in the order of their commits, over several claims',
    async run(driver) {
      const envelopes = Array.from({ length: 40 }, (_, index) => newEnvelope(`key-${index % 4}`))
      await commit(driver, ...envelopes.map((envelope) => [envelope]))
      const ids = idsOf(await drain(driver.outbox, 7))
      for (const key of ['key-0', 'key-1', 'key-2', 'key-3']) {
        const wanted = envelopes.filter(({ partitionKey }) => partitionKey === key).map(({ id }) => id)
        expect(
          ids.filter((id) => wanted.includes(id)),
          key,
        ).to.deep.equal(wanted)
      }
    },
  },
  {
    title: 'gives every committed entry exactly once when all are settled',
    async run(driver) {
      const lists = Array.from({ length: 20 }, (_, index) => [newEnvelope(`key-${index % 5}`), newEnvelope()])
      await Promise.all(lists.map((list) => commit(driver, list)))
      const ids = idsOf(await drain(driver.outbox))
      expect([...ids].sort()).to.deep.equal(
        lists
          .flat()
          .map(({ id }) => id)
          .sort(),
      )
      expect(await drain(driver.outbox)).to.have.length(0)
    },
  },
  {
    title: 'gives no more than the limit',
    async run(driver) {
      await commit(
        driver,
        Array.from({ length: 9 }, (_, index) => newEnvelope(`key-${index}`)),
      )
      expect((await driver.outbox.claim(4)).length).to.be.within(1, 4)
    },
  },
  {
    title: 'gives no entry of a key that another claimer holds',
    async run(driver) {
      const { outbox, other = outbox } = driver
      const [first, second, third] = [newEnvelope('same'), newEnvelope('same'), newEnvelope('same')]
      await commit(driver, [first, second])
      const held = await outbox.claim(1)
      expect(idsOf(held)).to.deep.equal([first.id])
      await commit(driver, [third])
      expect(idsOf(await other.claim(10)), 'while the first holds the key').to.deep.equal([])
      await outbox.settle(held)
      expect(idsOf(await claimAll(other, 2)), 'once it is settled').to.deep.equal([second.id, third.id])
    },
  },
  {
    title: 'gives no key to two claimers at once, however many there are',
    async run(driver) {
      const { outbox, other = outbox } = driver
      const envelopes = Array.from({ length: 60 }, (_, index) => newEnvelope(`key-${index % 6}`))
      await commit(driver, envelopes)
      const holders = new Map<string | undefined, object>()
      const order: string[] = []
      const relay = async (own: typeof other) => {
        const self = {}
        for (let empty = 0; empty < 10; ) {
          const entries = await own.claim(5)
          empty = entries.length === 0 ? empty + 1 : 0
          for (const { envelope } of entries) {
            expect(holders.get(envelope.partitionKey) ?? self, `holder of ${envelope.partitionKey}`).to.equal(self)
            holders.set(envelope.partitionKey, self)
          }
          await sleep(systemClock, 1)
          order.push(...idsOf(entries))
          for (const { envelope } of entries) holders.delete(envelope.partitionKey)
          await own.settle(entries)
        }
      }
      await Promise.all([relay(outbox), relay(other), relay(outbox), relay(other)])
      for (let key = 0; key < 6; key++) {
        const wanted = envelopes.filter((_, index) => index % 6 === key).map(({ id }) => id)
        expect(
          order.filter((id) => wanted.includes(id)),
          `key-${key}`,
        ).to.deep.equal(wanted)
      }
    },
  },
  {
    title: 'gives an entry without a key to one claimer only',
    async run(driver) {
      const { outbox, other = outbox } = driver
      await commit(driver, [newEnvelope(), newEnvelope()])
      const held = await claimAll(outbox, 2)
      expect(held).to.have.length(2)
      expect(await other.claim(10)).to.have.length(0)
    },
  },
  {
    title: 'gives a failed entry again before younger ones of its key, and counts',
    async run(driver) {
      const { outbox } = driver
      const envelopes = [newEnvelope('same'), newEnvelope('same'), newEnvelope('same')]
      await commit(driver, envelopes)
      await outbox.fail(await claimAll(outbox, 1), new Error('the broker is away'))
      const entries = await claimAll(outbox, 3)
      expect(idsOf(entries)).to.deep.equal(envelopes.map(({ id }) => id))
      expect(entries[0]?.attempts).to.equal(1)
    },
  },
  {
    title: 'keeps a key from other claimers until all that was claimed of it is given back',
    async run(driver) {
      const { outbox, other = outbox } = driver
      const envelopes = [newEnvelope('same'), newEnvelope('same')]
      await commit(driver, envelopes)
      const [first, second] = (await claimAll(outbox, 2)) as [OutboxEntry, OutboxEntry]
      await outbox.settle([first])
      expect(await other.claim(10), 'while the second is in hand').to.have.length(0)
      await outbox.fail([second], new Error('the broker is away'))
      expect(idsOf(await claimAll(other, 1))).to.deep.equal([envelopes[1]?.id])
    },
  },
  {
    title: 'gives other keys while one fails',
    async run(driver) {
      const { outbox } = driver
      const [bad, good] = [newEnvelope('bad'), newEnvelope('good')]
      await commit(driver, [bad, good])
      const entries = await claimAll(outbox, 2)
      await outbox.fail(
        entries.filter(({ envelope }) => envelope.id === bad.id),
        new Error('the broker is away'),
      )
      await outbox.settle(entries.filter(({ envelope }) => envelope.id === good.id))
      const next = newEnvelope('good')
      await commit(driver, [next])
      expect(idsOf(await claimAll(outbox, 2))).to.have.members([bad.id, next.id])
    },
  },
  {
    title: 'leaves out the topics it is told to do without, and gives them later',
    async run({ outbox, unitOfWork }) {
      const [out, wanted] = [newEnvelope('same', { topic: 'conformance.out' }), newEnvelope('same')]
      await commit({ outbox, unitOfWork }, [out, wanted])
      for (let claim = 0; claim < 3; claim++) {
        const entries = await outbox.claim(10, ['conformance.out'])
        for (const { envelope } of entries) expect(envelope.id).to.equal(wanted.id)
        await outbox.settle(entries)
      }
      expect(idsOf(await claimAll(outbox, 1))).to.deep.equal([out.id])
    },
  },
  {
    title: 'parks an entry that no retry can help, and goes on with its key',
    async run(driver) {
      const { outbox } = driver
      const [bad, next] = [newEnvelope('same'), newEnvelope('same')]
      await commit(driver, [bad, next])
      const error = new GuloError('GULO_TOO_LARGE', { message: 'Too large.', mend: 'Send less.', retryable: false })
      await outbox.fail(await claimAll(outbox, 1), error)
      expect(idsOf(await drain(outbox))).to.deep.equal([next.id])
      if (outbox.pending !== undefined) expect(await outbox.pending()).to.deep.include({ count: 0, parked: 1 })
    },
  },
]
