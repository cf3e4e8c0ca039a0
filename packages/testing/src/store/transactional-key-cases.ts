import type { TransactionalKeys, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import { rejects } from '../suite/rejections.js'
import { gate, grace, PATIENCE_MS, within } from '../suite/waiting.js'
import { inTransaction, newId, Rollback, rolledBack } from './store-driver.js'

interface Driver {
  readonly keys: Partial<TransactionalKeys>
  readonly unitOfWork?: UnitOfWork
  advance?(ms: number): Promise<void> | void
}

/** The promises of keys that are taken within transactions; they are left out where that cannot be done. */
export const transactionalKeyCases: readonly ConformanceCase<Driver>[] = [
  {
    title: 'lets one transaction take a key, and no other after it',
    async run(driver) {
      const { take } = transactional(driver)
      const key = newId()
      expect([await take(key), await take(key), await take(newId())]).to.deep.equal([true, false, true])
    },
  },
  {
    title: 'sees in one transaction that it has taken a key',
    async run(driver) {
      const { keys, unitOfWork } = transactional(driver)
      const key = newId()
      const taken = await inTransaction(unitOfWork, async (transaction) => [
        await keys.take(key, 60, transaction),
        await keys.take(key, 60, transaction),
      ])
      expect(taken).to.deep.equal([true, false])
    },
  },
  {
    title: 'frees a key whose transaction rolls back',
    async run(driver) {
      const { keys, unitOfWork, take } = transactional(driver)
      const key = newId()
      await rolledBack(unitOfWork, (transaction) => keys.take(key, 60, transaction))
      expect(await take(key)).to.equal(true)
    },
  },
  {
    title: 'lets one of many transactions at once take a key',
    async run(driver) {
      const { take } = transactional(driver)
      const key = newId()
      const taken = await Promise.all(Array.from({ length: 6 }, () => take(key)))
      expect(taken.filter(Boolean)).to.have.length(1)
    },
  },
  {
    title: 'has another transaction wait for the one that has a key, and refuses it once that has committed',
    run: (driver) => race(driver, true),
  },
  {
    title: 'has another transaction wait for the one that has a key, and gives it once that has rolled back',
    run: (driver) => race(driver, false),
  },
  {
    title: 'takes no key without a transaction',
    async run(driver) {
      const { keys, take } = transactional(driver)
      const key = newId()
      await rejects(() => keys.take(key, 60, undefined))
      expect(await take(key)).to.equal(true)
    },
  },
  {
    title: 'frees a taken key after its time, where the driver can let time pass',
    async run(driver) {
      const { take } = transactional(driver)
      if (driver.advance === undefined) throw new LeftOut('the driver has no advance')
      const key = newId()
      await take(key)
      await driver.advance(59_000)
      expect(await take(key), 'within its time').to.equal(false)
      await driver.advance(2000)
      expect(await take(key), 'after its time').to.equal(true)
    },
  },
]

async function race(driver: Driver, commits: boolean): Promise<void> {
  const { keys, unitOfWork, take } = transactional(driver)
  const [key, taken, released] = [newId(), gate(), gate()]
  const first = inTransaction(unitOfWork, async (transaction) => {
    await keys.take(key, 60, transaction)
    taken.open()
    await released.passed
    if (!commits) throw new Rollback()
  }).catch((error: unknown) => expect(error).to.be.instanceOf(Rollback))
  await within(PATIENCE_MS, taken.passed, 'the first transaction takes the key')
  const second = take(key)
  const undecided = await Promise.race([second, grace().then(() => 'undecided')])
  expect(undecided, 'the second transaction while the first is open').to.equal('undecided')
  released.open()
  await first
  expect(await within(PATIENCE_MS, second, 'the second transaction is decided')).to.equal(!commits)
}

function transactional({ keys, unitOfWork }: Driver) {
  if (keys.take === undefined || unitOfWork === undefined) throw new LeftOut('it takes no keys within transactions')
  const whole = keys as TransactionalKeys
  const take = (key: string) => inTransaction(unitOfWork, (transaction) => whole.take(key, 60, transaction))
  return { keys: whole, unitOfWork, take }
}
