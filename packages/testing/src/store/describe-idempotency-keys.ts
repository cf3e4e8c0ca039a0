import type { IdempotencyKeyStore, TransactionalKeys, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut, type MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { newId, type StoreSuiteFacts } from './store-driver.js'
import { transactionalKeyCases } from './transactional-key-cases.js'

/** What a suite needs to try a store of idempotency keys. */
export interface IdempotencyKeyStoreDriver {
  /** Whether keys can be taken within transactions is found out. */
  readonly keys: IdempotencyKeyStore & Partial<TransactionalKeys>
  /** For keys that are taken within transactions. */
  readonly unitOfWork?: UnitOfWork
  /** Lets time pass for the store, in milliseconds. */
  advance?(ms: number): Promise<void> | void
  dispose?(): Promise<void> | void
}

/** Registers the conformance suite of idempotency keys. @throws GULO_SUITE_SKIP_INVALID */
export function describeIdempotencyKeyStore(
  name: string,
  make: MakeDriver<IdempotencyKeyStoreDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  const timeoutMs = facts?.patienceMs ?? PATIENCE_MS
  describeSuite(`${name} for idempotency keys`, idempotencyKeyStoreCases(), make, { skip, timeoutMs })
}

/** The promises of a store of idempotency keys. */
export function idempotencyKeyStoreCases(): readonly ConformanceCase<IdempotencyKeyStoreDriver>[] {
  return [...cases, ...transactionalKeyCases]
}

const cases: readonly ConformanceCase<IdempotencyKeyStoreDriver>[] = [
  {
    title: 'has a key once it is put, and no other',
    async run({ keys }) {
      const key = newId()
      expect(await keys.has(key)).to.equal(false)
      await keys.put(key, 60)
      expect(await keys.has(key)).to.equal(true)
      expect(await keys.has(newId())).to.equal(false)
    },
  },
  {
    title: 'gives a key to one of many that claim it at once',
    async run({ keys }) {
      const key = newId()
      const answers = await Promise.all(Array.from({ length: 8 }, () => keys.claim(key, 60)))
      expect(answers.filter((answer) => answer === 'claimed')).to.have.length(1)
      expect(answers.filter((answer) => answer === 'in-progress')).to.have.length(7)
    },
  },
  {
    title: 'does not call a claimed key done before it is put',
    async run({ keys }) {
      const key = newId()
      await keys.claim(key, 60)
      expect(await keys.has(key)).to.equal(false)
      await keys.put(key, 60)
      expect(await keys.has(key)).to.equal(true)
      expect(await keys.claim(key, 60)).to.equal('done')
    },
  },
  {
    title: 'forgets a key after its time, done or claimed, where the driver can let time pass',
    async run({ keys, advance }) {
      if (advance === undefined) throw new LeftOut('the driver has no advance')
      const [done, claimed, longer] = [newId(), newId(), newId()]
      await keys.put(done, 10)
      await keys.claim(claimed, 10)
      await keys.put(longer, 60)
      await advance(9_000)
      expect(await keys.has(done)).to.equal(true)
      expect(await keys.claim(claimed, 10)).to.equal('in-progress')
      await advance(2_000)
      expect(await keys.has(done)).to.equal(false)
      expect(await keys.claim(done, 10)).to.equal('claimed')
      expect(await keys.claim(claimed, 10)).to.equal('claimed')
      expect(await keys.has(longer)).to.equal(true)
    },
  },
]
