import { type Inbox, type InboxEntry, memoryStore } from '@gulo/core'
import type { InboxDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

function broken(once: (inner: Inbox, done: Set<string>) => Inbox['once']): () => InboxDriver {
  return () => {
    const store = memoryStore()
    return { unitOfWork: store.unitOfWork, inbox: { once: once(store.inbox, new Set()) }, expire: () => undefined }
  }
}

const keyOf = ({ consumer, messageId }: InboxEntry) => `${consumer} ${messageId}`

export const inboxMutants: readonly Mutant<InboxDriver>[] = [
  {
    does: 'marks a message before its work, whatever becomes of it',
    make: broken((_, done) => async (entry, work) => {
      if (done.has(keyOf(entry))) return 'duplicate'
      done.add(keyOf(entry))
      await work()
      return 'done'
    }),
    seenBy: [
      'forgets a message whose work fails, and passes the error on',
      'forgets a message whose transaction rolls back after the work',
      'lets a concurrent duplicate wait, and drops it once the first has committed',
      'lets a concurrent duplicate wait, and runs it once the first has rolled back',
      'forgets what is older than its retention, where the driver can let time pass',
    ],
  },
  {
    does: 'looks first and marks after the work',
    make: broken((_, done) => async (entry, work) => {
      if (done.has(keyOf(entry))) return 'duplicate'
      await work()
      done.add(keyOf(entry))
      return 'done'
    }),
    seenBy: [
      'forgets a message whose transaction rolls back after the work',
      'lets a concurrent duplicate wait, and drops it once the first has committed',
      'lets one of many concurrent duplicates take effect',
    ],
  },
  {
    does: 'remembers nothing',
    make: broken(() => async (_, work) => {
      await work()
      return 'done'
    }),
    seenBy: [
      'runs the work of a message once, and calls it a duplicate after that',
      'works without a transaction',
      'sees a duplicate in one transaction',
    ],
  },
  {
    does: 'overlooks the consumer',
    make: broken((inner) => (entry, work) => inner.once({ ...entry, consumer: 'all' }, work)),
    seenBy: ['remembers for each consumer by itself, and for each message'],
  },
  {
    does: 'swallows the error of the work',
    make: broken((inner) => async (entry, work) => {
      try {
        return await inner.once(entry, work)
      } catch {
        return 'done'
      }
    }),
    seenBy: ['forgets a message whose work fails, and passes the error on'],
  },
]
