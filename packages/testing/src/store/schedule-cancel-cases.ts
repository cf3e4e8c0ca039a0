import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { dueIds, newItem, type ScheduleDriver } from './schedule-driver.js'
import { inTransaction, rolledBack } from './store-driver.js'

/** What cancel keys do. */
export const scheduleCancelCases: readonly ConformanceCase<ScheduleDriver>[] = [
  {
    title: 'cancels the pending item of a key, and says whether there was one',
    async run({ schedule }) {
      const kept = newItem(1, { cancelKey: 'other' })
      await schedule.at(newItem(1, { cancelKey: 'key' }))
      await schedule.at(kept)
      expect(await schedule.cancel('key')).to.equal(true)
      expect(await schedule.cancel('key')).to.equal(false)
      expect(await dueIds(schedule, 10)).to.deep.equal([kept.id])
      expect(await schedule.cancel('other'), 'after it was done').to.equal(false)
    },
  },
  {
    title: 'replaces the pending item of a key',
    async run({ schedule }) {
      const [first, second] = [newItem(1, { cancelKey: 'key' }), newItem(2, { cancelKey: 'key' })]
      await schedule.at(first)
      await schedule.at(second)
      expect(await dueIds(schedule, 10)).to.deep.equal([second.id])
    },
  },
  {
    title: 'keeps items without a cancel key apart',
    async run({ schedule }) {
      const [first, second] = [newItem(1), newItem(2)]
      await schedule.at(first)
      await schedule.at(second)
      expect(await dueIds(schedule, 10)).to.deep.equal([first.id, second.id])
    },
  },
  {
    title: 'cancels only if the transaction commits',
    async run({ schedule, unitOfWork }) {
      const item = newItem(1, { cancelKey: 'key' })
      await schedule.at(item)
      await rolledBack(unitOfWork, async (transaction) => {
        expect(await schedule.cancel('key', { transaction })).to.equal(true)
      })
      expect(await dueIds(schedule, 10), 'after the roll-back').to.deep.equal([item.id])
      await schedule.at(newItem(1, { cancelKey: 'key' }))
      await inTransaction(unitOfWork, (transaction) => schedule.cancel('key', { transaction }))
      expect(await dueIds(schedule, 10), 'after the commit').to.deep.equal([])
    },
  },
  {
    title: 'cancels what was scheduled in the same transaction',
    async run({ schedule, unitOfWork }) {
      await inTransaction(unitOfWork, async (transaction) => {
        await schedule.at(newItem(1, { cancelKey: 'key' }), { transaction })
        expect(await schedule.cancel('key', { transaction })).to.equal(true)
        expect(await schedule.cancel('key', { transaction })).to.equal(false)
      })
      expect(await dueIds(schedule, 10)).to.deep.equal([])
    },
  },
  {
    title: 'replaces only if the transaction commits',
    async run({ schedule, unitOfWork }) {
      const [first, second] = [newItem(1, { cancelKey: 'key' }), newItem(2, { cancelKey: 'key' })]
      await schedule.at(first)
      await rolledBack(unitOfWork, (transaction) => schedule.at(second, { transaction }))
      expect(await dueIds(schedule, 10)).to.deep.equal([first.id])
    },
  },
  {
    title: 'does not bring back an item that was replaced while it was in hand',
    async run({ schedule }) {
      const [first, second] = [newItem(1, { cancelKey: 'key' }), newItem(2, { cancelKey: 'key' })]
      await schedule.at(first)
      const items = await schedule.claim(1, 10)
      await schedule.at(second)
      await schedule.release(items)
      expect(await dueIds(schedule, 10)).to.deep.equal([second.id])
    },
  },
]
