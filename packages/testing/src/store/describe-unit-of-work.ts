import type { UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { rejects } from '../suite/rejections.js'
import { gate, PATIENCE_MS } from '../suite/waiting.js'
import { inTransaction, newContext, newId, rolledBack, type StoreSuiteFacts } from './store-driver.js'

/** What a suite needs to try a unit of work: some state of the application in the same store. */
export interface UnitOfWorkDriver {
  readonly unitOfWork: UnitOfWork
  /** Sets a value in the transaction. */
  write(transaction: unknown, key: string, value: string): Promise<void> | void
  /** The committed value. */
  read(key: string): Promise<string | undefined> | string | undefined
  dispose?(): Promise<void> | void
}

/** Registers the conformance suite of units of work. @throws GULO_SUITE_SKIP_INVALID */
export function describeUnitOfWork(
  name: string,
  make: MakeDriver<UnitOfWorkDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  describeSuite(`${name} as a unit of work`, unitOfWorkCases(), make, {
    skip,
    timeoutMs: facts?.patienceMs ?? PATIENCE_MS,
  })
}

/** The promises of a unit of work. */
export function unitOfWorkCases(): readonly ConformanceCase<UnitOfWorkDriver>[] {
  return cases
}

const cases: readonly ConformanceCase<UnitOfWorkDriver>[] = [
  {
    title: 'commits what the work did, and answers its value',
    async run({ unitOfWork, write, read }) {
      const [one, two] = [newId(), newId()]
      const value = await inTransaction(unitOfWork, async (transaction) => {
        await write(transaction, one, 'first')
        await write(transaction, two, 'second')
        return 'answer'
      })
      expect(value).to.equal('answer')
      expect([await read(one), await read(two)]).to.deep.equal(['first', 'second'])
    },
  },
  {
    title: 'shows nothing to others before the commit',
    async run({ unitOfWork, write, read }) {
      const key = newId()
      await inTransaction(unitOfWork, async (transaction) => {
        await write(transaction, key, 'value')
        expect(await read(key)).to.equal(undefined)
      })
      expect(await read(key)).to.equal('value')
    },
  },
  {
    title: 'leaves nothing behind when the work rejects, and passes the error on',
    async run({ unitOfWork, write, read }) {
      const [key, wrong] = [newId(), new Error('wrong')]
      const failing = inTransaction(unitOfWork, async (transaction) => {
        await write(transaction, key, 'value')
        throw wrong
      })
      expect(await rejects(() => failing)).to.equal(wrong)
      expect(await read(key)).to.equal(undefined)
    },
  },
  {
    title: 'rolls back when the work throws before it answers a promise',
    async run({ unitOfWork }) {
      const [context, wrong] = [newContext(), new Error('wrong')]
      const failing = () =>
        unitOfWork.run(context, () => {
          throw wrong
        })
      expect(await rejects(async () => failing())).to.equal(wrong)
      expect(context.transaction).to.equal(undefined)
    },
  },
  {
    title: 'sets the transaction of the context only while the work runs',
    async run({ unitOfWork }) {
      const context = newContext()
      await unitOfWork.run(context, async () => expect(context.transaction).not.to.equal(undefined))
      expect(context.transaction, 'after a commit').to.equal(undefined)
      await rejects(() => unitOfWork.run(context, () => Promise.reject(new Error('wrong'))))
      expect(context.transaction, 'after a roll-back').to.equal(undefined)
    },
  },
  {
    title: 'joins the transaction of a context that has one',
    async run({ unitOfWork, write, read }) {
      const [key, context, wrong] = [newId(), newContext(), new Error('wrong')]
      const failing = unitOfWork.run(context, async () => {
        const outer = context.transaction
        const child = context.child()
        await unitOfWork.run(child, async () => {
          expect(child.transaction).to.equal(outer)
          await write(child.transaction, key, 'value')
        })
        await unitOfWork.run(context, async () => expect(context.transaction).to.equal(outer))
        expect(context.transaction, 'after the inner work').to.equal(outer)
        expect(await read(key), 'before the outer commit').to.equal(undefined)
        throw wrong
      })
      expect(await rejects(() => failing)).to.equal(wrong)
      expect(await read(key)).to.equal(undefined)
    },
  },
  {
    title: 'keeps concurrent units of work apart',
    async run({ unitOfWork, write, read }) {
      const [kept, dropped, written] = [newId(), newId(), gate()]
      const committing = inTransaction(unitOfWork, async (transaction) => {
        await write(transaction, kept, 'value')
        await written.passed
      })
      await rolledBack(unitOfWork, async (transaction) => write(transaction, dropped, 'value'))
      written.open()
      await committing
      expect([await read(kept), await read(dropped)]).to.deep.equal(['value', undefined])
    },
  },
]
