import type { ScheduledItem } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { due, dueIds, newItem, type ScheduleDriver } from './schedule-driver.js'
import { inTransaction, newEnvelope, rolledBack } from './store-driver.js'

/** What is handed over, and when it is forgotten. */
export const scheduleDueCases: readonly ConformanceCase<ScheduleDriver>[] = [
  {
    title: 'hands over what is due, oldest first, and forgets it',
    async run({ schedule }) {
      const [late, early, future] = [newItem(2000), newItem(1000), newItem(3000)]
      for (const item of [late, early, future]) await schedule.at(item)
      expect(await dueIds(schedule, 999)).to.deep.equal([])
      expect(await dueIds(schedule, 2000)).to.deep.equal([early.id, late.id])
      expect(await dueIds(schedule, 2000)).to.deep.equal([])
      expect(await dueIds(schedule, 3000)).to.deep.equal([future.id])
    },
  },
  {
    title: 'hands over no more than the limit',
    async run({ schedule }) {
      for (const dueAtMs of [1, 2, 3]) await schedule.at(newItem(dueAtMs))
      const counts: number[] = []
      for (let call = 0; call < 3; call++) counts.push((await schedule.claim(10, 2)).length)
      expect(counts).to.deep.equal([2, 1, 0])
    },
  },
  {
    title: 'keeps all that an item says',
    async run({ schedule }) {
      const envelope = newEnvelope('a', { payload: { text: 'Grüße' }, tenantId: 'tenant' })
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const items: ScheduledItem[] = [
        newItem(1, { work: { kind: 'publish', envelope } }),
        newItem(2, { work: { kind: 'send', envelope }, attempts: 2, cancelKey: 'key' }),
        newItem(3, { work: { kind: 'redeliver', redelivery: newRedelivery(body) } }),
      ]
      for (const item of items) await schedule.at(item)
      const found = await due(schedule, 10)
      for (const [index, item] of items.entries()) {
        expect(plain(found[index]), `item ${index}`).to.deep.equal(plain(item))
      }
      const work = found[2]?.work
      expect(work?.kind === 'redeliver' && [...(work.redelivery.message.body ?? [])]).to.deep.equal([...body])
    },
  },
  {
    title: 'hands an item over again when it was released, and only then',
    async run({ schedule, other = schedule }) {
      const [kept, released] = [newItem(1), newItem(2)]
      for (const item of [kept, released]) await schedule.at(item)
      const items = await schedule.claim(10, 10)
      await schedule.release(items.slice(1))
      expect(await dueIds(other, 10)).to.deep.equal([released.id])
      await schedule.settle(items.slice(0, 1))
      expect(await dueIds(other, 10)).to.deep.equal([])
    },
  },
  {
    title: 'hands no item to two callers, neither at once nor one after the other',
    async run({ schedule, other = schedule }) {
      for (let dueAtMs = 1; dueAtMs <= 20; dueAtMs++) await schedule.at(newItem(dueAtMs))
      const claims = [schedule, other, schedule, other].map((each) => each.claim(100, 10))
      const ids = (await Promise.all(claims)).flat().map(({ id }) => id)
      ids.push(...(await other.claim(100, 20)).map(({ id }) => id))
      expect(new Set(ids).size, 'different items').to.equal(20)
      expect(ids, 'items').to.have.length(20)
    },
  },
  {
    title: 'settles each item by itself',
    async run({ schedule, other = schedule }) {
      const [hanging, next] = [newItem(1), newItem(2)]
      for (const item of [hanging, next]) await schedule.at(item)
      const items = await schedule.claim(10, 10)
      await schedule.settle(items.filter(({ id }) => id === next.id))
      await schedule.release(items.filter(({ id }) => id === hanging.id))
      expect(await dueIds(other, 10)).to.deep.equal([hanging.id])
    },
  },
  {
    title: 'keeps an item that is put off while it is in hand',
    async run({ schedule }) {
      const item = newItem(1, { cancelKey: 'key' })
      await schedule.at(item)
      const items = await schedule.claim(10, 10)
      await schedule.at({ ...item, dueAtMs: 20, attempts: 1 })
      await schedule.settle(items)
      expect(await dueIds(schedule, 19)).to.deep.equal([])
      expect(await due(schedule, 20)).to.have.length(1)
    },
  },
  {
    title: 'keeps an item that is put off and taken by another, whatever the first caller says',
    async run({ schedule, other = schedule }) {
      const item = newItem(1)
      await schedule.at(item)
      const first = await schedule.claim(10, 10)
      await schedule.at({ ...item, attempts: 1 })
      const second = await other.claim(10, 10)
      await schedule.release(first)
      await schedule.settle(first)
      expect(await other.claim(10, 10), 'while the second has it').to.have.length(0)
      await other.release(second)
      expect(await dueIds(schedule, 10)).to.deep.equal([item.id])
    },
  },
  {
    title: 'hands over nothing of a transaction that is open or rolled back',
    async run({ schedule, unitOfWork }) {
      const item = newItem(1)
      await inTransaction(unitOfWork, async (transaction) => {
        await schedule.at(item, { transaction })
        expect(await dueIds(schedule, 10), 'before the commit').to.deep.equal([])
      })
      expect(await dueIds(schedule, 10), 'after the commit').to.deep.equal([item.id])
      await rolledBack(unitOfWork, (transaction) => schedule.at(newItem(1), { transaction }))
      expect(await dueIds(schedule, 10), 'after a roll-back').to.deep.equal([])
    },
  },
]

function newRedelivery(body: Uint8Array) {
  const place = { topic: 'items', partition: 1, offset: '7', queue: undefined, timestamp: 5, redeliveries: 0 }
  const message = { ...place, key: 'a', body, headers: { unicode: '世界' } }
  return { group: 'group', handler: 'Handler', message, attempt: 2, firstFailedAt: undefined, replayCount: 0 }
}

/** Without bytes and without what is not set, for comparing. */
function plain(item: ScheduledItem | undefined): unknown {
  return JSON.parse(JSON.stringify(item, (_, value: unknown) => (value instanceof Uint8Array ? undefined : value)))
}
