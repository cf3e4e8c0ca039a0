import type { BatchInbox, Inbox, InboxMessage, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import { rejects } from '../suite/rejections.js'
import { gate, grace, within } from '../suite/waiting.js'
import { inTransaction, newId, Rollback, rolledBack } from './store-driver.js'

interface Driver {
  readonly inbox: Inbox & Partial<BatchInbox>
  readonly unitOfWork: UnitOfWork
}

/** The promises of an inbox that takes many messages in one transaction; it is left out where it does not. */
export function batchInboxCases(patienceMs: number): readonly ConformanceCase<Driver>[] {
  return [
    {
      title: 'tells of many messages which are new, and knows them after that',
      async run(driver) {
        const [first, second] = [newMessages(30), newMessages(30)]
        expect(await enterAll(driver, first)).to.deep.equal(first.map(() => true))
        const mixed = first.flatMap((message, index) => [message, second[index] as InboxMessage])
        expect(await enterAll(driver, mixed)).to.deep.equal(mixed.map((_, index) => index % 2 === 1))
      },
    },
    {
      title: 'takes the first for new of a message that occurs several times among many',
      async run(driver) {
        const [one, two, three] = newMessages(3) as [InboxMessage, InboxMessage, InboxMessage]
        const found = await enterAll(driver, [two, one, two, one, three, two])
        expect(found).to.deep.equal([true, true, false, false, true, false])
      },
    },
    {
      title: 'knows many messages for each consumer by itself, and those that came singly',
      async run(driver) {
        const [one, two] = newMessages(2) as [InboxMessage, InboxMessage]
        await once(driver, one)
        expect(await enterAll(driver, [one, { ...one, consumer: 'other' }, two])).to.deep.equal([false, true, true])
        expect(await once(driver, two)).to.equal('duplicate')
      },
    },
    {
      title: 'forgets of many messages those that the work has not seen to',
      async run(driver) {
        const messages = newMessages(5)
        const [first] = messages as [InboxMessage]
        await enterAll(driver, [...messages, first], 3)
        expect(await enterAll(driver, messages)).to.deep.equal([false, false, false, true, true])
      },
    },
    {
      title: 'forgets many messages whose work fails, and passes the error on',
      async run(driver) {
        const [messages, wrong] = [newMessages(3), new Error('wrong')]
        const inbox = manyAtOnce(driver)
        const failing = () =>
          inTransaction(driver.unitOfWork, (transaction) =>
            inbox.onceEach(messages, transaction, () => Promise.reject(wrong)),
          )
        expect(await rejects(failing)).to.equal(wrong)
        expect(await enterAll(driver, messages)).to.deep.equal([true, true, true])
      },
    },
    {
      title: 'forgets many messages whose transaction rolls back after the work',
      async run(driver) {
        const messages = newMessages(3)
        const inbox = manyAtOnce(driver)
        await rolledBack(driver.unitOfWork, (transaction) => inbox.onceEach(messages, transaction, async () => 3))
        expect(await enterAll(driver, messages)).to.deep.equal([true, true, true])
      },
    },
    {
      title: 'does not take many messages without a transaction',
      async run(driver) {
        const inbox = manyAtOnce(driver)
        let ran = false
        const work = async () => {
          ran = true
          return 1
        }
        await rejects(() => inbox.onceEach(newMessages(1), undefined, work))
        expect(ran).to.equal(false)
      },
    },
    {
      title: 'lets one of many concurrent batches have each message, whatever their order',
      async run(driver) {
        const messages = newMessages(40)
        const orders = [messages, [...messages].reverse(), messages.slice(20), [...messages.slice(0, 20), ...messages]]
        const found = await within(
          patienceMs,
          Promise.all(orders.map((order) => enterAll(driver, order))),
          'concurrent batches of the same messages end',
        )
        expect(found.flat().filter(Boolean)).to.have.length(40)
      },
    },
    {
      title: 'lets a batch wait for a message that another one has, and drops it once that has committed',
      run: (driver) => race(driver, patienceMs, true),
    },
    {
      title: 'lets a batch wait for a message that another one has, and takes it once that has rolled back',
      run: (driver) => race(driver, patienceMs, false),
    },
  ]
}

/** Two batches with one message in common: the second must not begin before the transaction of the first has ended. */
async function race(driver: Driver, patienceMs: number, commits: boolean): Promise<void> {
  const inbox = manyAtOnce(driver)
  const [common, ...others] = newMessages(3) as [InboxMessage, InboxMessage, InboxMessage]
  const [entered, released] = [gate(), gate()]
  const first = inTransaction(driver.unitOfWork, async (transaction) => {
    await inbox.onceEach([others[0] as InboxMessage, common], transaction, async () => 2)
    entered.open()
    await released.passed
    if (!commits) throw new Rollback()
  }).catch((error: unknown) => expect(error).to.be.instanceOf(Rollback))
  await within(patienceMs, entered.passed, 'the first batch is entered')
  const second = enterAll(driver, [common, others[1] as InboxMessage])
  const undecided = await Promise.race([second, grace().then(() => 'undecided')])
  expect(undecided, 'the second batch while the first is open').to.equal('undecided')
  released.open()
  await first
  const found = await within(patienceMs, second, 'the second batch is decided')
  expect(found).to.deep.equal([!commits, true])
}

/** Enters messages in a transaction of their own, of which the work sees to `seenTo`; answers which are new. */
async function enterAll(
  driver: Driver,
  messages: readonly InboxMessage[],
  seenTo = messages.length,
): Promise<readonly boolean[]> {
  const inbox = manyAtOnce(driver)
  let found: readonly boolean[] = []
  await inTransaction(driver.unitOfWork, (transaction) =>
    inbox.onceEach(messages, transaction, async (isNew) => {
      found = [...isNew]
      return seenTo
    }),
  )
  return found
}

function once({ inbox, unitOfWork }: Driver, message: InboxMessage): Promise<'done' | 'duplicate'> {
  return inTransaction(unitOfWork, (transaction) => inbox.once({ ...message, transaction }, async () => undefined))
}

function manyAtOnce({ inbox }: Driver): BatchInbox {
  if (inbox.onceEach === undefined) throw new LeftOut('it takes one message at a time')
  return inbox as BatchInbox
}

function newMessages(count: number): readonly InboxMessage[] {
  return Array.from({ length: count }, () => ({ consumer: 'conformance', messageId: newId() }))
}
