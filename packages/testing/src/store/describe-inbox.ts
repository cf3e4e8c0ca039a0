import type { BatchInbox, Inbox, InboxEntry, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut, type MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { rejects } from '../suite/rejections.js'
import { gate, grace, PATIENCE_MS, within } from '../suite/waiting.js'
import { batchInboxCases } from './batch-inbox-cases.js'
import { inTransaction, newId, Rollback, rolledBack, type StoreSuiteFacts } from './store-driver.js'

/** What a suite needs to try an inbox. */
export interface InboxDriver {
  /** Whether it can take many messages in one transaction is found out. */
  readonly inbox: Inbox & Partial<BatchInbox>
  readonly unitOfWork: UnitOfWork
  /** Lets so much time pass that entries are older than the retention. */
  expire?(): Promise<void> | void
  dispose?(): Promise<void> | void
}

/** Registers the conformance suite of inboxes. @throws GULO_SUITE_SKIP_INVALID */
export function describeInbox(
  name: string,
  make: MakeDriver<InboxDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  const timeoutMs = (facts?.patienceMs ?? PATIENCE_MS) * 2
  describeSuite(`${name} as an inbox`, inboxCases(facts), make, { skip, timeoutMs })
}

/** The promises of an inbox. */
export function inboxCases({
  patienceMs = PATIENCE_MS,
}: StoreSuiteFacts = {}): readonly ConformanceCase<InboxDriver>[] {
  return [
    {
      title: 'runs the work of a message once, and calls it a duplicate after that',
      async run({ inbox, unitOfWork }) {
        const [message, effects] = [newEntry(), { count: 0 }]
        const once = () =>
          inTransaction(unitOfWork, (transaction) => inbox.once({ ...message, transaction }, count(effects)))
        expect(await once()).to.equal('done')
        expect(await once()).to.equal('duplicate')
        expect(effects.count).to.equal(1)
      },
    },
    {
      title: 'remembers for each consumer by itself, and for each message',
      async run({ inbox, unitOfWork }) {
        const [message, effects] = [newEntry(), { count: 0 }]
        const others = [message, { ...message, consumer: 'other' }, { ...message, messageId: newId() }]
        for (const each of others) {
          const done = inTransaction(unitOfWork, (transaction) => inbox.once({ ...each, transaction }, count(effects)))
          expect(await done).to.equal('done')
        }
        expect(effects.count).to.equal(3)
      },
    },
    {
      title: 'works without a transaction',
      async run({ inbox }) {
        const [message, effects] = [newEntry(), { count: 0 }]
        expect(await inbox.once(message, count(effects))).to.equal('done')
        expect(await inbox.once(message, count(effects))).to.equal('duplicate')
        expect(effects.count).to.equal(1)
      },
    },
    {
      title: 'forgets a message whose work fails, and passes the error on',
      async run({ inbox, unitOfWork }) {
        const [message, effects, wrong] = [newEntry(), { count: 0 }, new Error('wrong')]
        const failing = (transaction?: unknown) => inbox.once({ ...message, transaction }, () => Promise.reject(wrong))
        expect(await rejects(() => inTransaction(unitOfWork, failing))).to.equal(wrong)
        expect(await rejects(() => failing())).to.equal(wrong)
        const again = inTransaction(unitOfWork, (transaction) =>
          inbox.once({ ...message, transaction }, count(effects)),
        )
        expect(await again).to.equal('done')
      },
    },
    {
      title: 'forgets a message whose transaction rolls back after the work',
      async run({ inbox, unitOfWork }) {
        const [message, effects] = [newEntry(), { count: 0 }]
        await rolledBack(unitOfWork, (transaction) => inbox.once({ ...message, transaction }, count(effects)))
        const again = inTransaction(unitOfWork, (transaction) =>
          inbox.once({ ...message, transaction }, count(effects)),
        )
        expect(await again).to.equal('done')
        expect(effects.count).to.equal(2)
      },
    },
    {
      title: 'sees a duplicate in one transaction',
      async run({ inbox, unitOfWork }) {
        const [message, effects] = [newEntry(), { count: 0 }]
        await inTransaction(unitOfWork, async (transaction) => {
          expect(await inbox.once({ ...message, transaction }, count(effects))).to.equal('done')
          expect(await inbox.once({ ...message, transaction }, count(effects))).to.equal('duplicate')
        })
        expect(effects.count).to.equal(1)
      },
    },
    {
      title: 'lets a concurrent duplicate wait, and drops it once the first has committed',
      run: (driver) => race(driver, patienceMs, true),
    },
    {
      title: 'lets a concurrent duplicate wait, and runs it once the first has rolled back',
      run: (driver) => race(driver, patienceMs, false),
    },
    {
      title: 'lets one of many concurrent duplicates take effect',
      async run({ inbox, unitOfWork }) {
        const [message, effects] = [newEntry(), { count: 0 }]
        const outcomes = await Promise.all(
          Array.from({ length: 6 }, () =>
            inTransaction(unitOfWork, (transaction) => inbox.once({ ...message, transaction }, count(effects))),
          ),
        )
        expect(outcomes.filter((outcome) => outcome === 'done')).to.have.length(1)
        expect(effects.count).to.equal(1)
      },
    },
    {
      title: 'forgets what is older than its retention, where the driver can let time pass',
      async run({ inbox, expire }) {
        if (expire === undefined) throw new LeftOut('the driver has no expire')
        const [message, effects] = [newEntry(), { count: 0 }]
        await inbox.once(message, count(effects))
        await expire()
        expect(await inbox.once(message, count(effects))).to.equal('done')
      },
    },
    ...batchInboxCases(patienceMs),
  ]
}

/** Two deliveries at once: the second must not begin its work before the transaction of the first has ended. */
async function race({ inbox, unitOfWork }: InboxDriver, patienceMs: number, commits: boolean): Promise<void> {
  const [message, inserted, released] = [newEntry(), gate(), gate()]
  let open = true
  const first = inTransaction(unitOfWork, async (transaction) => {
    await inbox.once({ ...message, transaction }, async () => inserted.open())
    await released.passed
    open = false
    if (!commits) throw new Rollback()
  }).catch((error: unknown) => expect(error).to.be.instanceOf(Rollback))
  await within(patienceMs, inserted.passed, 'the work of the first delivery runs')
  const ran: boolean[] = []
  const second = inTransaction(unitOfWork, (transaction) =>
    inbox.once({ ...message, transaction }, async () => void ran.push(open)),
  )
  const undecided = await Promise.race([second, grace().then(() => 'undecided')])
  expect(undecided, 'the second delivery while the first is open').to.equal('undecided')
  released.open()
  await first
  expect(await within(patienceMs, second, 'the second delivery is decided')).to.equal(commits ? 'duplicate' : 'done')
  expect(ran).to.deep.equal(commits ? [] : [false])
}

function newEntry(): InboxEntry {
  return { consumer: 'conformance', messageId: newId() }
}

function count(effects: { count: number }): () => Promise<void> {
  return async () => void effects.count++
}
