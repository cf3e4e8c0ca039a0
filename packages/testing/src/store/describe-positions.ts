import type { OwnedPartition, PositionStore, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { rejects, rejectsWith } from '../suite/rejections.js'
import { gate, PATIENCE_MS, within } from '../suite/waiting.js'
import { inTransaction, newId, rolledBack, type StoreSuiteFacts } from './store-driver.js'

/** What a suite needs to try a store of positions. */
export interface PositionStoreDriver {
  readonly positions: PositionStore
  readonly unitOfWork: UnitOfWork
  dispose?(): Promise<void> | void
}

/** Registers the conformance suite of stores of positions. @throws GULO_SUITE_SKIP_INVALID */
export function describePositionStore(
  name: string,
  make: MakeDriver<PositionStoreDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  const timeoutMs = facts?.patienceMs ?? PATIENCE_MS
  describeSuite(`${name} as a store of positions`, positionStoreCases(), make, { skip, timeoutMs })
}

/** The promises of a store of positions. */
export function positionStoreCases(): readonly ConformanceCase<PositionStoreDriver>[] {
  return cases
}

const HUGE = '9007199254740993'

const cases: readonly ConformanceCase<PositionStoreDriver>[] = [
  {
    title: 'knows no position before one is stored, and then that one',
    async run(driver) {
      const owned = await driver.positions.acquire(newPartition())
      expect(await driver.positions.next(owned)).to.equal(undefined)
      await advance(driver, owned, undefined, '7')
      expect(await driver.positions.next(owned)).to.equal('7')
      await advance(driver, owned, '7', HUGE)
      expect(await driver.positions.next(owned)).to.equal(HUGE)
    },
  },
  {
    title: 'keeps the position of each group, topic and partition by itself',
    async run(driver) {
      const one = newPartition()
      const others = [
        { ...one, group: newId() },
        { ...one, topic: newId() },
        { ...one, partition: 4 },
      ]
      await advance(driver, await driver.positions.acquire(one), undefined, '7')
      for (const other of others) {
        expect(await driver.positions.next(await driver.positions.acquire(other))).to.equal(undefined)
      }
    },
  },
  {
    title: 'hands the position on to the next owner',
    async run(driver) {
      const partition = newPartition()
      await advance(driver, await driver.positions.acquire(partition), undefined, '7')
      const next = await driver.positions.acquire(partition)
      expect(await driver.positions.next(next)).to.equal('7')
      await advance(driver, next, '7', '8')
    },
  },
  {
    title: 'lets an earlier owner neither look nor store, and commits nothing of it',
    async run(driver) {
      const partition = newPartition()
      const zombie = await driver.positions.acquire(partition)
      const owner = await driver.positions.acquire(partition)
      await rejectsWith('GULO_POSITION_LOST', () => driver.positions.next(zombie))
      await rejectsWith('GULO_POSITION_LOST', () => advance(driver, zombie, undefined, '7'))
      expect(await driver.positions.next(owner)).to.equal(undefined)
    },
  },
  {
    title: 'stores nothing from another position than the one that is stored',
    async run(driver) {
      const owned = await driver.positions.acquire(newPartition())
      await rejectsWith('GULO_POSITION_LOST', () => advance(driver, owned, '3', '7'))
      await advance(driver, owned, undefined, '7')
      await rejectsWith('GULO_POSITION_LOST', () => advance(driver, owned, undefined, '8'))
      expect(await driver.positions.next(owned)).to.equal('7')
    },
  },
  {
    title: 'forgets a position whose transaction rolls back',
    async run(driver) {
      const owned = await driver.positions.acquire(newPartition())
      await rolledBack(driver.unitOfWork, (transaction) => driver.positions.advance(owned, undefined, '7', transaction))
      expect(await driver.positions.next(owned)).to.equal(undefined)
      await advance(driver, owned, undefined, '5')
    },
  },
  {
    title: 'stores no position without a transaction',
    async run({ positions }) {
      const owned = await positions.acquire(newPartition())
      await rejects(() => positions.advance(owned, undefined, '7', undefined))
      expect(await positions.next(owned)).to.equal(undefined)
    },
  },
  {
    title:
      'never loses what an open transaction has stored to one that takes over meanwhile: either both see it or neither',
    async run(driver) {
      const partition = newPartition()
      const first = await driver.positions.acquire(partition)
      const [stored, released] = [gate(), gate()]
      const open = inTransaction(driver.unitOfWork, async (transaction) => {
        await driver.positions.advance(first, undefined, '7', transaction)
        stored.open()
        await released.passed
      }).then(
        () => true,
        () => false,
      )
      await within(PATIENCE_MS, stored.passed, 'the first owner stores its position')
      const taking = driver.positions.acquire(partition)
      released.open()
      const committed = await open
      const second = await within(PATIENCE_MS, taking, 'the second owner takes over')
      expect(await driver.positions.next(second)).to.equal(committed ? '7' : undefined)
    },
  },
]

function advance(
  { positions, unitOfWork }: PositionStoreDriver,
  owned: OwnedPartition,
  from: string | undefined,
  to: string,
): Promise<void> {
  return inTransaction(unitOfWork, (transaction) => positions.advance(owned, from, to, transaction))
}

function newPartition() {
  return { group: newId(), topic: 'conformance.items', partition: 3 }
}
