import {
  EventPublisher,
  type MemoryTransaction,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Service,
} from '@gulo/core'
import {
  CardChargedV1,
  carefulInventory,
  countDuplicates,
  inventory,
  OrderPlacedV1,
  patientInventory,
  positionedInventory,
  sendReceipt,
} from '@gulo-examples/docs/idempotency'
import { expect } from 'chai'

type Make = typeof inventory

async function reserved(make: Make, articles: readonly string[], wanted: number): Promise<readonly string[]> {
  const broker = memoryBroker()
  const done: string[] = []
  const stock = {
    reserve: async (article: string, transaction: unknown) =>
      (transaction as MemoryTransaction).write(() => void done.push(article)),
  }
  const counts = new Map<string, number>()
  const transport = memoryTransport({ broker })
  const service: Service = make({ transport, store: memoryStore() }, stock).with({
    observers: [countDuplicates(counts)],
  })
  await service.start()
  const publisher = await new EventPublisher({ transport: memoryTransport({ broker }), source: 'ordering' }).start()
  const events = articles.map((article, index) =>
    Object.assign(new OrderPlacedV1(), { orderId: `o-${index}`, article }),
  )
  for (const event of events) await publisher.publish(event, { messageId: event.orderId })
  while (done.length + [...counts.values()].reduce((sum, count) => sum + count, 0) < wanted)
    await new Promise((resolve) => setTimeout(resolve, 5))
  await service.stop()
  await publisher.stop()
  return done
}

describe('the guide to idempotency', () => {
  it('reserves what was ordered', async () => {
    expect((await reserved(inventory, ['a', 'b', 'a'], 3)).toSorted()).to.deep.equal(['a', 'a', 'b'])
    expect((await reserved(carefulInventory, ['a', 'b'], 2)).toSorted()).to.deep.equal(['a', 'b'])
  })

  it('leaves out what a customer has asked for twice', async () => {
    expect((await reserved(patientInventory, ['a', 'b', 'a'], 3)).toSorted()).to.deep.equal(['a', 'b'])
  })

  it('keeps positions with the state only where the transport says which partitions there are', async () => {
    const make: Make = (parts, stock) => positionedInventory(parts, stock)
    let message = ''
    await reserved(make, [], 0).catch((error: Error) => {
      message = error.message
    })
    expect(message).to.match(/does not say which partitions it has/)
  })

  it('hands the id of the message to what is outside', async () => {
    const sent: string[] = []
    const { target } = sendReceipt({ send: async (text, key) => void sent.push(`${key}: ${text}`) })
    const { handle } = target as { handle: (event: CardChargedV1, context: never) => unknown }
    await handle(Object.assign(new CardChargedV1(), { amount: 3 }), { messageId: 'm-1' } as never)
    expect(sent).to.deep.equal(['m-1: You have paid 3.'])
  })
})
