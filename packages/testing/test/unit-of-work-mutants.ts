import { type MemoryTransaction, memoryStore, type UnitOfWork } from '@gulo/core'
import type { UnitOfWorkDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

type Write = UnitOfWorkDriver['write']

function broken(
  run: (inner: UnitOfWork) => UnitOfWork['run'],
  write: (values: Map<string, string>) => Write = buffered,
): () => UnitOfWorkDriver {
  return () => {
    const values = new Map<string, string>()
    return { unitOfWork: { run: run(memoryStore().unitOfWork) }, write: write(values), read: (key) => values.get(key) }
  }
}

const same = (inner: UnitOfWork): UnitOfWork['run'] => inner.run.bind(inner)
const buffered =
  (values: Map<string, string>): Write =>
  (transaction, key, value) =>
    (transaction as MemoryTransaction).write(() => void values.set(key, value))

export const unitOfWorkMutants: readonly Mutant<UnitOfWorkDriver>[] = [
  {
    does: 'never commits',
    make: broken(same, () => () => undefined),
    seenBy: [
      'commits what the work did, and answers its value',
      'shows nothing to others before the commit',
      'keeps concurrent units of work apart',
    ],
  },
  {
    does: 'writes at once',
    make: broken(same, (values) => (_, key, value) => void values.set(key, value)),
    seenBy: [
      'shows nothing to others before the commit',
      'leaves nothing behind when the work rejects, and passes the error on',
      'joins the transaction of a context that has one',
      'keeps concurrent units of work apart',
    ],
  },
  {
    does: 'swallows the roll-back and its error',
    make: broken((inner) => (context, work) => inner.run(context, async () => work().catch(() => undefined as never))),
    seenBy: ['leaves nothing behind when the work rejects, and passes the error on'],
  },
  {
    does: 'leaves its transaction in the context',
    make: broken((inner) => async (context, work) => {
      let transaction: unknown
      try {
        return await inner.run(context, () => {
          transaction = context.transaction
          return work()
        })
      } finally {
        context.transaction = transaction
      }
    }),
    seenBy: [
      'sets the transaction of the context only while the work runs',
      'rolls back when the work throws before it answers a promise',
    ],
  },
  {
    does: 'begins anew inside another',
    make: broken((inner) => async (context, work) => {
      const outer = context.transaction
      context.transaction = undefined
      try {
        return await inner.run(context, work)
      } finally {
        context.transaction = outer
      }
    }),
    seenBy: ['joins the transaction of a context that has one'],
  },
]
