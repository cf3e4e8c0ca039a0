import type { AttemptLog, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { newId, rolledBack, type StoreSuiteFacts } from './store-driver.js'

/** What a suite needs to try a log of attempts. */
export interface AttemptLogDriver {
  readonly attempts: AttemptLog
  readonly unitOfWork?: UnitOfWork
  /** The same log as the next process sees it. @default the same object */
  readonly afterCrash?: () => Promise<AttemptLog> | AttemptLog
  dispose?(): Promise<void> | void
}

/** Registers the conformance suite of attempt logs. @throws GULO_SUITE_SKIP_INVALID */
export function describeAttemptLog(
  name: string,
  make: MakeDriver<AttemptLogDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  describeSuite(`${name} as an attempt log`, attemptLogCases(), make, {
    skip,
    timeoutMs: facts?.patienceMs ?? PATIENCE_MS,
  })
}

/** The promises of an attempt log. */
export function attemptLogCases(): readonly ConformanceCase<AttemptLogDriver>[] {
  return cases
}

const cases: readonly ConformanceCase<AttemptLogDriver>[] = [
  {
    title: 'counts the attempts that were not ended, the new one included',
    async run({ attempts }) {
      const id = newId()
      const counts = [await attempts.begin('one', id), await attempts.begin('one', id), await attempts.begin('one', id)]
      expect(counts).to.deep.equal([1, 2, 3])
    },
  },
  {
    title: 'begins anew once an attempt has ended',
    async run({ attempts }) {
      const id = newId()
      await attempts.begin('one', id)
      await attempts.begin('one', id)
      await attempts.end('one', id)
      expect(await attempts.begin('one', id)).to.equal(1)
    },
  },
  {
    title: 'counts for each consumer and each message by itself',
    async run({ attempts }) {
      const [id, other] = [newId(), newId()]
      await attempts.begin('one', id)
      expect(await attempts.begin('two', id)).to.equal(1)
      expect(await attempts.begin('one', other)).to.equal(1)
      await attempts.end('two', id)
      expect(await attempts.begin('one', id)).to.equal(2)
    },
  },
  {
    title: 'counts concurrent attempts apart',
    async run({ attempts }) {
      const id = newId()
      const counts = await Promise.all([1, 2, 3, 4].map(() => attempts.begin('one', id)))
      expect([...counts].sort()).to.deep.equal([1, 2, 3, 4])
    },
  },
  {
    title: 'ends what was never begun without complaint',
    async run({ attempts }) {
      await attempts.end('one', newId())
    },
  },
  {
    title: 'keeps an attempt whose process ended and whose transaction rolled back',
    async run({ attempts, unitOfWork, afterCrash = () => attempts }) {
      const id = newId()
      if (unitOfWork === undefined) await attempts.begin('one', id)
      else await rolledBack(unitOfWork, () => attempts.begin('one', id))
      expect(await (await afterCrash()).begin('one', id)).to.equal(2)
    },
  },
]
