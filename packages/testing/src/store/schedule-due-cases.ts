import type { ScheduledItem } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { rejects } from '../suite/rejections.js'
import { gate, within } from '../suite/waiting.js'
import { due, dueIds, newItem, type ScheduleDriver } from './schedule-driver.js'
import { inTransaction, newEnvelope, rolledBack } from './store-driver.js'

/** What is handed over, and when it is forgotten. */
export function scheduleDueCases(patienceMs: number): readonly ConformanceCase<ScheduleDriver>[] {
  return [
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
      title: 'hands over no more than the limit, and answers how many',
      async run({ schedule }) {
        for (const dueAtMs of [1, 2, 3]) await schedule.at(newItem(dueAtMs))
        const counts: number[] = []
        for (let call = 0; call < 3; call++) counts.push(await schedule.due(10, 2, async () => undefined))
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
      title: 'hands an item over again when it was not taken',
      async run({ schedule }) {
        const [item, wrong] = [newItem(1), new Error('wrong')]
        await schedule.at(item)
        expect(await rejects(() => schedule.due(10, 10, () => Promise.reject(wrong)))).to.equal(wrong)
        expect(await dueIds(schedule, 10)).to.deep.equal([item.id])
      },
    },
    {
      title: 'hands no item to two callers at once',
      async run({ schedule, other = schedule }) {
        const [held, released] = [gate(), gate()]
        await schedule.at(newItem(1))
        const first = schedule.due(10, 10, async () => {
          held.open()
          await released.passed
        })
        await within(patienceMs, held.passed, 'the first caller has the item')
        expect(await dueIds(other, 10), 'what the second caller gets meanwhile').to.deep.equal([])
        released.open()
        expect(await first).to.equal(1)
        expect(await dueIds(other, 10)).to.deep.equal([])
      },
    },
    {
      title: 'keeps an item that is put off while it is in hand',
      async run({ schedule }) {
        const item = newItem(1, { cancelKey: 'key' })
        await schedule.at(item)
        await schedule.due(10, 10, async () => schedule.at({ ...item, dueAtMs: 20, attempts: 1 }))
        expect(await dueIds(schedule, 19)).to.deep.equal([])
        expect(await due(schedule, 20)).to.have.length(1)
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
}

function newRedelivery(body: Uint8Array) {
  const place = { topic: 'items', partition: 1, offset: '7', queue: undefined, timestamp: 5, redeliveries: 0 }
  const message = { ...place, key: 'a', body, headers: { unicode: '世界' } }
  return { group: 'group', handler: 'Handler', message, attempt: 2, firstFailedAt: undefined, replayCount: 0 }
}

/** Without bytes and without what is not set, for comparing. */
function plain(item: ScheduledItem | undefined): unknown {
  return JSON.parse(JSON.stringify(item, (_, value: unknown) => (value instanceof Uint8Array ? undefined : value)))
}
