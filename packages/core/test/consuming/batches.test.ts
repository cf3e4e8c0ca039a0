import {
  type ConsumerOptions,
  Contract,
  createRuntime,
  type DeadLetter,
  EnvelopeFactory,
  EventPublishing,
  type HandlerOptions,
  IntegrationEvent,
  type MemoryTransaction,
  type MessageContext,
  memoryStore,
  type ReceivedMessage,
  type UnitOfWork,
} from '@gulo/core'
import { expect } from 'chai'
import { desk, OrderPlacedV1, received } from './support.js'

@Contract('inventory.stock.reserved.v1', { key: 'orderId' })
class StockReservedV1 extends IntegrationEvent {
  readonly orderId!: string
}

type Handle = (event: OrderPlacedV1, context: MessageContext) => unknown

/** A consumer on a memory store; its handler writes the order into `orders` with its transaction. */
async function started({
  handle = () => undefined,
  unitOfWork,
  handling = {},
  ...options
}: Partial<ConsumerOptions> & { handle?: Handle; unitOfWork?: UnitOfWork; handling?: HandlerOptions } = {}) {
  const store = memoryStore()
  const letters: DeadLetter[] = []
  const orders: string[] = []
  const calls: string[] = []
  const transactions: unknown[] = []
  const publishing = new EventPublishing({
    mapper: undefined,
    publisher: store.outbox,
    unitOfWork: unitOfWork ?? store.unitOfWork,
    envelopes: new EnvelopeFactory({ source: 'inventory', runtime: createRuntime() }),
    observer: undefined,
  })
  const scene = desk({
    publishing,
    inbox: store.inbox,
    attemptLog: store.attempts,
    keys: store.idempotencyKeys,
    deadLetters: { add: async (letter) => void letters.push(letter) },
    ...options,
  })
  scene.consumer.handle(
    OrderPlacedV1,
    async (event, context) => {
      calls.push(event.orderId)
      transactions.push(context.transaction)
      const transaction = context.transaction as MemoryTransaction
      transaction.write(() => void orders.push(event.orderId))
      await handle(event, context)
    },
    { name: 'reserve', ...handling },
  )
  await scene.consumer.start()
  const pending = async () => (await store.outbox.claim(100)).map(({ envelope }) => envelope.partitionKey)
  return { ...scene, store, letters, orders, calls, transactions, pending }
}

const order = (orderId: string, id = orderId): ReceivedMessage => received({ data: { orderId }, id })
const orders = (...ids: string[]) => ids.map((id) => order(id))
const all = (count: number) => Array<'ok'>(count).fill('ok')

describe('messages that are delivered together', () => {
  it('share one transaction where the store can do that, in their order', async () => {
    const { transport, transactions, orders: done, signals } = await started()
    expect(await transport.deliverAll(...orders('a', 'b', 'c'))).to.deep.equal(all(3))
    expect(new Set(transactions).size).to.equal(1)
    expect(done).to.deep.equal(['a', 'b', 'c'])
    expect(signals.filter(({ kind }) => kind === 'handled')).to.have.length(3)
  })

  it('have each its own when batches are off, and where the store takes one at a time', async () => {
    const store = memoryStore()
    const single = { once: store.inbox.once.bind(store.inbox) }
    for (const options of [{ batch: false as const }, { batch: { size: 1 } }, { inbox: single }]) {
      const { transport, transactions } = await started(options)
      await transport.deliverAll(...orders('a', 'b'))
      expect(new Set(transactions).size).to.equal(2)
    }
  })

  it('have each its own where the handler wants that', async () => {
    const { transport, transactions } = await started({ handling: { batched: false } })
    await transport.deliverAll(...orders('a', 'b'))
    expect(new Set(transactions).size).to.equal(2)
  })

  it('take effect once, however often they come, together and apart', async () => {
    const { transport, orders: done, kinds } = await started()
    await transport.deliver(order('b'))
    expect(await transport.deliverAll(...orders('a', 'b', 'a', 'c'))).to.deep.equal(all(4))
    expect(done).to.deep.equal(['b', 'a', 'c'])
    await transport.deliverAll(...orders('a', 'b', 'c'))
    expect(done).to.have.length(3)
    expect(kinds().filter((kind) => kind === 'duplicate')).to.have.length(5)
    expect(kinds().filter((kind) => kind === 'handled')).to.have.length(3)
  })

  it('are all rolled back when one fails, and handled again, each alone', async () => {
    const failing: Handle = ({ orderId }) => {
      if (orderId === 'b') throw Object.assign(new Error('no stock'), { retryable: false })
    }
    const { transport, transactions, orders: done, calls, letters } = await started({ handle: failing })
    expect(await transport.deliverAll(...orders('a', 'b', 'c'))).to.deep.equal(all(3))
    expect([...done].sort()).to.deep.equal(['a', 'c'])
    expect(calls.slice(0, 2)).to.deep.equal(['a', 'b'])
    expect(calls.slice(2).sort()).to.deep.equal(['a', 'b', 'c'])
    expect(new Set(transactions).size).to.equal(4)
    expect(letters.map(({ messageId, attempts, reason }) => [messageId, attempts, reason])).to.deep.equal([
      ['b', 1, 'non-retryable'],
    ])
  })

  it('store what they raise once, and nothing of a batch that was rolled back', async () => {
    let failures = 1
    const raising: Handle = async ({ orderId }, context) => {
      await context.publish(Object.assign(new StockReservedV1(), { orderId }))
      if (orderId === 'c' && failures-- > 0) throw Object.assign(new Error('first time'), { retryable: false })
    }
    const { transport, pending } = await started({ handle: raising })
    await transport.deliverAll(...orders('a', 'b', 'c'))
    expect((await pending()).toSorted()).to.deep.equal(['a', 'b', 'c'])
  })

  it('are not held up by one that breaks its contract', async () => {
    const decode: ConsumerOptions['decode'] = (messageClass, data) => {
      if ((data as { orderId: string }).orderId === 'b') throw new Error('no order')
      return Object.assign(new messageClass(), data)
    }
    const { transport, transactions, orders: done, letters } = await started({ decode })
    expect(await transport.deliverAll(...orders('a', 'b', 'c'))).to.deep.equal(all(3))
    expect(done).to.deep.equal(['a', 'c'])
    expect(new Set(transactions).size).to.equal(1)
    expect(letters.map(({ messageId, reason }) => [messageId, reason])).to.deep.equal([['b', 'schema']])
  })

  it('go back to the broker while their handler is disabled', async () => {
    const { transport, consumer, calls } = await started()
    consumer.disable('reserve')
    expect(await transport.deliverAll(...orders('a', 'b'))).to.deep.equal(['refused', 'refused'])
    expect(calls).to.deep.equal([])
  })

  it('are no poison because one beside them ends the process again and again', async () => {
    const { store, transport, letters, orders: done } = await started()
    const messages = ['a', 'b', 'c'].map((messageId) => ({ consumer: 'inventory/reserve', messageId }))
    // The process has ended in the midst of two batches, and then twice with one of them alone.
    for (let times = 0; times < 2; times++) await store.attempts.beginEach(messages)
    for (let times = 0; times < 2; times++) await store.attempts.begin('inventory/reserve', 'b')
    expect(await transport.deliverAll(...orders('a', 'b', 'c'))).to.deep.equal(all(3))
    expect(letters.map(({ messageId, reason }) => [messageId, reason])).to.deep.equal([['b', 'poison']])
    expect([...done].sort()).to.deep.equal(['a', 'c'])
    expect(await store.attempts.beginEach(messages)).to.deep.equal([1, 1, 1])
  })

  it('leave no attempt behind, whether they succeed or fail', async () => {
    let fails = true
    const handle: Handle = () => {
      if (fails) throw Object.assign(new Error('wrong'), { retryable: false })
    }
    const { store, transport } = await started({ handle })
    await transport.deliverAll(...orders('a', 'b'))
    fails = false
    await transport.deliverAll(...orders('c', 'd'))
    const messages = ['a', 'b', 'c', 'd'].map((messageId) => ({ consumer: 'inventory/reserve', messageId }))
    expect(await store.attempts.beginEach(messages)).to.deep.equal([1, 1, 1, 1])
  })

  it('do not hold a transaction for longer than they may', async () => {
    let passes: () => Promise<void> = async () => undefined
    const handle: Handle = ({ orderId }) => (orderId === 'b' ? passes() : undefined)
    const { transport, transactions, orders: done, clock } = await started({ batch: { maxMs: 20 }, handle })
    passes = () => clock.pass(30)
    expect(await transport.deliverAll(...orders('a', 'b', 'c', 'd'))).to.deep.equal(all(4))
    expect(done).to.deep.equal(['a', 'b', 'c', 'd'])
    expect(transactions[1]).to.equal(transactions[0])
    expect(transactions[2]).not.to.equal(transactions[1])
  })

  it('are handled each alone after a conflict with others', async () => {
    const { unitOfWork } = memoryStore()
    let conflicts = 1
    const again: UnitOfWork = {
      async run(context, work) {
        while (context.transaction === undefined) {
          try {
            return await unitOfWork.run(context, async () => {
              const value = await work()
              if (conflicts-- > 0) throw new Error('conflict')
              return value
            })
          } catch (error) {
            if ((error as Error).message !== 'conflict') throw error
          }
        }
        return work()
      },
    }
    const { transport, orders: done, calls } = await started({ unitOfWork: again })
    expect(await transport.deliverAll(...orders('a', 'b'))).to.deep.equal(all(2))
    expect(done).to.deep.equal(['a', 'b'])
    expect(calls).to.deep.equal(['a', 'b', 'a', 'b'])
  })

  it('are refused with bounds that make no sense, in words that mend them', () => {
    expect(() => desk({ batch: { size: 0, maxMs: -1 } })).to.throw(/batch\.size is 0.*batch\.maxMs is -1/)
    expect(() => desk({ batch: true as never })).to.throw(/batch is/)
  })
})
