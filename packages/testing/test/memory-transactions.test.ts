import { createRuntime, type Envelope, type MemoryTransaction, MessageContext, memoryStore } from '@gulo/core'
import { expect } from 'chai'

const runtime = createRuntime()

function newEnvelope(): Envelope {
  const id = runtime.newId()
  return { id, type: 'shop.item.changed.v1', source: 'shop', topic: 'items', payload: {}, partitionKey: 'same' }
}

function run<T>(
  store: ReturnType<typeof memoryStore>,
  work: (transaction: MemoryTransaction) => Promise<T>,
): Promise<T> {
  const context = new MessageContext(runtime)
  return store.unitOfWork.run(context, () => work(context.transaction as MemoryTransaction))
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'resolved',
    (error: { code?: string }) => error.code,
  )
const never = new Promise<never>(() => undefined)

describe('a memory transaction', () => {
  it('applies no write when a check refuses the commit', async () => {
    const store = memoryStore()
    const written: string[] = []
    const wrong = new Error('another was faster')
    const outcome = run(store, async (transaction) => {
      transaction.write(() => written.push('write'))
      transaction.verify(() => {
        throw wrong
      })
      await store.outbox.publish([newEnvelope()], { transaction })
    })
    expect(await outcome.catch((error: unknown) => error)).to.equal(wrong)
    expect(written).to.deep.equal([])
    expect(await store.outbox.claim(1)).to.deep.equal([])
  })

  it('refuses what comes after its end', async () => {
    const store = memoryStore()
    const ended = await run(store, async (transaction) => transaction)
    expect(() => ended.write(() => undefined))
      .to.throw()
      .with.property('code', 'GULO_TRANSACTION_INVALID')
    const item = { id: '1', dueAtMs: 0, work: { kind: 'publish', envelope: newEnvelope() } } as const
    expect(await codeOf(store.schedule.at(item, { transaction: ended }))).to.equal('GULO_TRANSACTION_INVALID')
    expect(
      await codeOf(store.inbox.once({ consumer: 'c', messageId: '1', transaction: ended }, async () => undefined)),
    ).to.equal('GULO_TRANSACTION_INVALID')
  })

  it('refuses the transaction of another kind of store', async () => {
    const publishing = memoryStore().outbox.publish([newEnvelope()], { transaction: { query: () => undefined } })
    expect(await codeOf(publishing)).to.equal('GULO_TRANSACTION_INVALID')
  })
})

describe('two transactions that want two inbox entries in opposite order', () => {
  it('do not wait for each other: one is refused as retryable, the other goes on', async () => {
    const store = memoryStore()
    const both = (first: string, second: string) =>
      run(store, async (transaction) => {
        await store.inbox.once({ consumer: 'c', messageId: first, transaction }, async () => undefined)
        await new Promise((resolve) => setImmediate(resolve))
        return store.inbox.once({ consumer: 'c', messageId: second, transaction }, async () => undefined)
      })
    const outcomes = await Promise.all([codeOf(both('a', 'b')), codeOf(both('b', 'a'))])
    expect(outcomes).to.have.members(['resolved', 'GULO_DEADLOCK'])
  })
})

describe('a memory store whose processes crash', () => {
  it('rolls back what was open, and refuses its late commit', async () => {
    const store = memoryStore()
    let finish: () => void = () => undefined
    const late = run(store, async (transaction) => {
      await store.outbox.publish([newEnvelope()], { transaction })
      await new Promise<void>((resolve) => {
        finish = resolve
      })
    })
    await new Promise((resolve) => setImmediate(resolve))
    store.crash()
    finish()
    expect(await codeOf(late)).to.equal('GULO_TRANSACTION_INVALID')
    expect(await store.outbox.claim(1)).to.deep.equal([])
  })

  it('lets another consumer handle a message that hung', async () => {
    const store = memoryStore()
    const entry = { consumer: 'c', messageId: '1' }
    void run(store, (transaction) => store.inbox.once({ ...entry, transaction }, () => never))
    await new Promise((resolve) => setImmediate(resolve))
    const next = run(store, (transaction) => store.inbox.once({ ...entry, transaction }, async () => undefined))
    store.crash()
    // The one that waited has crashed as well; a third begins anew.
    expect(await codeOf(next)).to.equal('GULO_TRANSACTION_INVALID')
    const third = run(store, (transaction) => store.inbox.once({ ...entry, transaction }, async () => undefined))
    expect(await third).to.equal('done')
  })

  it('gives what a relay and a scheduler had in hand to the next, and keeps unfinished attempts', async () => {
    const store = memoryStore()
    const envelope = newEnvelope()
    await run(store, (transaction) => store.outbox.publish([envelope], { transaction }))
    await store.schedule.at({ id: 'item', dueAtMs: 0, work: { kind: 'publish', envelope } })
    await store.attempts.begin('c', '1')
    await store.outbox.claim(1)
    const inHand = await store.schedule.claim(1, 1)
    store.crash()
    expect(await store.outbox.claim(1)).to.have.length(1)
    const again = await store.schedule.claim(1, 1)
    expect(again).to.have.length(1)
    await store.schedule.settle(inHand)
    store.crash()
    expect(await store.schedule.claim(1, 1), 'after one that has crashed says it is done').to.have.length(1)
    expect(await store.attempts.begin('c', '1')).to.equal(2)
  })
})

describe('a memory store', () => {
  it('refuses a retention that is no length of time', () => {
    expect(() => memoryStore({ inboxRetention: 'a while' as never }))
      .to.throw('inboxRetention is a while')
      .with.property('code', 'GULO_DURATION_INVALID')
  })

  it('shows what it has parked, with the error', async () => {
    const store = memoryStore()
    const error = Object.assign(new Error('too large'), { retryable: false })
    await run(store, (transaction) => store.outbox.publish([newEnvelope()], { transaction }))
    await store.outbox.fail(await store.outbox.claim(1), error)
    expect(await store.outbox.parked()).to.have.length(1)
    expect((await store.outbox.parked())[0]?.error).to.equal(error)
  })
})
