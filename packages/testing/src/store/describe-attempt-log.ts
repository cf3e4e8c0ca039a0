import type { AttemptLog, BatchAttemptLog, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut, type MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { newId, rolledBack, type StoreSuiteFacts } from './store-driver.js'

/** What a suite needs to try a log of attempts. */
export interface AttemptLogDriver {
  /** Whether it can count many messages in one go is found out. */
  readonly attempts: AttemptLog & Partial<BatchAttemptLog>
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
  {
    title: 'counts many messages in one go, and answers in their order',
    async run(driver) {
      const attempts = manyAtOnce(driver)
      const messages = newMessages(5)
      const [, second] = messages as [Message, Message]
      await attempts.begin(second.consumer, second.messageId)
      expect(await attempts.beginEach(messages)).to.deep.equal([1, 2, 1, 1, 1])
      expect(await attempts.beginEach([...messages].reverse())).to.deep.equal([2, 2, 2, 3, 2])
      expect(await attempts.begin(second.consumer, second.messageId)).to.equal(4)
    },
  },
  {
    title: 'ends many attempts in one go',
    async run(driver) {
      const attempts = manyAtOnce(driver)
      const [first, ...others] = newMessages(4)
      await attempts.beginEach([first as Message, ...others])
      await attempts.endEach(others)
      expect(await attempts.beginEach([...others, first as Message])).to.deep.equal([1, 1, 1, 2])
    },
  },
  {
    title: 'takes beginnings back in one go, the last of each message',
    async run(driver) {
      const attempts = manyAtOnce(driver)
      const [first, ...others] = newMessages(3)
      await attempts.beginEach([first as Message])
      await attempts.beginEach([first as Message, ...others])
      await attempts.withdrawEach([first as Message, ...others])
      expect(await attempts.beginEach([first as Message, ...others])).to.deep.equal([2, 1, 1])
    },
  },
  {
    title: 'counts concurrent lists apart, whatever their order',
    async run(driver) {
      const attempts = manyAtOnce(driver)
      const messages = newMessages(20)
      const lists = [messages, [...messages].reverse(), messages, [...messages].reverse()]
      const counts = await Promise.all(lists.map((list) => attempts.beginEach(list)))
      const sum = counts.flat().reduce((total, count) => total + count, 0)
      expect(sum).to.equal(20 * (1 + 2 + 3 + 4))
    },
  },
]

interface Message {
  readonly consumer: string
  readonly messageId: string
}

function newMessages(count: number): readonly Message[] {
  return Array.from({ length: count }, (_, index) => ({
    consumer: index % 2 === 0 ? 'even' : 'odd',
    messageId: newId(),
  }))
}

function manyAtOnce({ attempts }: AttemptLogDriver): AttemptLog & BatchAttemptLog {
  if (attempts.beginEach === undefined) throw new LeftOut('it counts one message at a time')
  return attempts as AttemptLog & BatchAttemptLog
}
