import { expect } from 'chai'
import { type ConformanceCase, LeftOut, type MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { rejects, rejectsWith } from '../suite/rejections.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { outboxClaimCases } from './outbox-claim-cases.js'
import { claimAll, commit, drain, idsOf, type OutboxDriver } from './outbox-driver.js'
import { inTransaction, newEnvelope, rolledBack, type StoreSuiteFacts } from './store-driver.js'

/** Registers the conformance suite of outboxes. @throws GULO_SUITE_SKIP_INVALID */
export function describeOutbox(
  name: string,
  make: MakeDriver<OutboxDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  describeSuite(`${name} as an outbox`, outboxCases(), make, { skip, timeoutMs: facts?.patienceMs ?? PATIENCE_MS })
}

/** The promises of an outbox. */
export function outboxCases(): readonly ConformanceCase<OutboxDriver>[] {
  return [...storing, ...outboxClaimCases]
}

const storing: readonly ConformanceCase<OutboxDriver>[] = [
  {
    title: 'refuses to store outside a transaction',
    async run({ outbox }) {
      const envelopes = [newEnvelope('a')]
      await rejectsWith('GULO_TRANSACTION_MISSING', () => outbox.publish(envelopes))
      await rejectsWith('GULO_TRANSACTION_MISSING', () => outbox.publish(envelopes, {}))
      expect(await drain(outbox)).to.have.length(0)
    },
  },
  {
    title: 'refuses to store in a transaction that has ended',
    async run({ outbox, unitOfWork }) {
      const ended = await inTransaction(unitOfWork, async (transaction) => transaction)
      await rejects(() => outbox.publish([newEnvelope('a')], { transaction: ended }))
      expect(await drain(outbox)).to.have.length(0)
    },
  },
  {
    title: 'gives what was committed, with all that the envelope says',
    async run(driver) {
      const envelope = newEnvelope('a', {
        payload: { text: 'Grüße 🚀', list: [1, null, { deep: true }] },
        occurredAt: '2026-02-28T23:59:59.123456+01:00',
        correlationId: 'correlation',
        causationId: 'causation',
        tenantId: 'tenant',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=value',
        dataVersion: '1.0',
        headers: { plain: 'text', unicode: '世界' },
      })
      await commit(driver, [envelope])
      const [entry] = await driver.outbox.claim(10)
      expect(entry?.attempts).to.equal(0)
      const told = Object.entries(envelope).filter(([, value]) => value !== undefined)
      for (const [field, value] of told) expect(entry?.envelope, field).to.have.deep.property(field, value)
    },
  },
  {
    title: 'keeps bytes and tombstones as they are',
    async run(driver) {
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const binary = newEnvelope('a', { payload: bytes, contentType: 'application/octet-stream' })
      await commit(driver, [binary, newEnvelope('b', { payload: undefined })])
      const payloads = (await drain(driver.outbox)).map(({ envelope }) => envelope.payload)
      expect([...(payloads.find((payload) => payload !== undefined) as Uint8Array)]).to.deep.equal([...bytes])
      expect(payloads).to.include(undefined)
    },
  },
  {
    title: 'stores the data as they were when they were published',
    async run(driver) {
      const payload = { text: 'before' }
      await inTransaction(driver.unitOfWork, async (transaction) => {
        await driver.outbox.publish([newEnvelope('a', { payload })], { transaction })
        payload.text = 'after'
      })
      const [entry] = await driver.outbox.claim(1)
      expect(entry?.envelope.payload).to.deep.equal({ text: 'before' })
    },
  },
  {
    title: 'gives nothing of a transaction that is open',
    async run({ outbox, unitOfWork }) {
      const envelope = newEnvelope('a')
      await inTransaction(unitOfWork, async (transaction) => {
        await outbox.publish([envelope], { transaction })
        expect(await outbox.claim(10)).to.have.length(0)
      })
      expect(idsOf(await drain(outbox))).to.deep.equal([envelope.id])
    },
  },
  {
    title: 'gives nothing of a transaction that rolled back',
    async run({ outbox, unitOfWork, ...driver }) {
      const kept = newEnvelope('a')
      await rolledBack(unitOfWork, (transaction) =>
        outbox.publish([newEnvelope('a'), newEnvelope('b')], { transaction }),
      )
      await commit({ outbox, unitOfWork, ...driver }, [kept])
      expect(idsOf(await drain(outbox))).to.deep.equal([kept.id])
    },
  },
  {
    title: 'commits several publishes of one transaction together',
    async run({ outbox, unitOfWork }) {
      const envelopes = ['a', 'a', 'a'].map((key) => newEnvelope(key))
      await inTransaction(unitOfWork, async (transaction) => {
        for (const envelope of envelopes) await outbox.publish([envelope], { transaction })
      })
      expect(idsOf(await drain(outbox))).to.deep.equal(envelopes.map(({ id }) => id))
    },
  },
  {
    title: 'tells of every commit that stored something and of nothing else, where it tells at all',
    async run(driver) {
      const { outbox, unitOfWork } = driver
      if (outbox.onCommit === undefined) throw new LeftOut('the outbox gives no signal')
      let told = 0
      const unregister = outbox.onCommit(() => told++)
      await commit(driver, [newEnvelope('a')])
      expect(told, 'after a commit').to.equal(1)
      await rolledBack(unitOfWork, (transaction) => outbox.publish([newEnvelope('a')], { transaction }))
      await inTransaction(unitOfWork, async () => undefined)
      expect(told, 'after a roll-back and an empty commit').to.equal(1)
      unregister()
      await commit(driver, [newEnvelope('a')])
      expect(told, 'after unregistering').to.equal(1)
    },
  },
  {
    title: 'says how much it holds, where it says so at all',
    async run(driver) {
      const { outbox } = driver
      if (outbox.pending === undefined) throw new LeftOut('the outbox has no gauge')
      expect(await outbox.pending()).to.deep.include({ count: 0, oldestAgeMs: undefined, parked: 0 })
      await commit(driver, [newEnvelope('a'), newEnvelope('b')])
      const held = await outbox.pending()
      expect(held.count).to.equal(2)
      expect(held.oldestAgeMs).to.be.at.least(0)
      await outbox.settle(await claimAll(outbox, 2))
      expect(await outbox.pending()).to.deep.include({ count: 0, parked: 0 })
    },
  },
]
