import { randomUUID } from 'node:crypto'
import type { DeadLetter } from '@gulo/core'
import { DemoShelves } from './demo-shelves.js'
import type { Paper } from './paper.js'
import type { Shop } from './shop.js'

/** Tells the main job, one chapter for each thing that can happen to an order. */
export async function tellStory(shop: Shop, paper: Paper): Promise<void> {
  await anOrderCrosses(shop, paper)
  await aBadOrderIsRefused(shop, paper)
  await aShakyHandlerIsRetried(shop, paper)
  await aFailedMessageIsDeadLettered(shop, paper)
  await garbageIsQuarantined(shop, paper)
}

async function anOrderCrosses(shop: Shop, paper: Paper): Promise<void> {
  paper.chapter('An order is placed in one service and its stock reserved in another')
  const before = shop.stock.available('A-1')
  const { orderId, status } = await post(shop, paper, { sku: 'A-1', quantity: 2 })
  const told = await shop.until(() => shop.told.includes(orderId))
  paper.line('inventory', `OrderPlacedV1 handled: ${before} → ${shop.stock.available('A-1')} of A-1`)
  paper.line('notification', `StockReservedV1 handled: the customer of ${short(orderId)} is told`)
  paper.expect(status === 201, 'the command was accepted')
  paper.expect(shop.stock.available('A-1') === before - 2, 'the stock was adjusted once')
  paper.expect(told, 'the customer was told')
}

async function aBadOrderIsRefused(shop: Shop, paper: Paper): Promise<void> {
  paper.chapter('An order that breaks the rules is refused before any handler runs')
  const before = shop.orders.count
  const { status } = await post(shop, paper, { sku: 'A-1', quantity: 0 })
  paper.expect(status === 400, 'it was refused with the reason')
  paper.expect(shop.orders.count === before, 'nothing was stored, so nothing was published')
}

async function aShakyHandlerIsRetried(shop: Shop, paper: Paper): Promise<void> {
  paper.chapter('A handler that fails for a moment is tried again')
  const before = shop.count('retried')
  shop.watch = (signal) => {
    if (signal.kind !== 'retried') return
    paper.line(
      'inventory',
      `attempt ${signal.attempt} failed: ${messageOf(signal.error)} Again in ${signal.delayMs} ms.`,
    )
  }
  const { orderId } = await post(shop, paper, { sku: DemoShelves.SHAKY, quantity: 1 })
  const done = await shop.until(() => shop.told.includes(orderId))
  shop.watch = () => undefined
  paper.line('inventory', 'attempt 3 succeeded')
  paper.expect(done, 'the stock was reserved at the third attempt')
  paper.expect(shop.count('retried') - before === 2, 'two attempts had failed before')
}

async function aFailedMessageIsDeadLettered(shop: Shop, paper: Paper): Promise<void> {
  paper.chapter('A handler that goes on failing does not block the others; its message is set aside and replayed')
  const { orderId } = await post(shop, paper, { sku: DemoShelves.BROKEN, quantity: 1 })
  await shop.until(() => shop.count('dead-lettered') > 0)
  const [letter] = await shop.inventoryStore.deadLetters.find({ kind: 'dead-letter' })
  if (letter) describe(letter, paper)
  paper.expect(letter?.attempts === 3, 'it is in the dead letters after three attempts')
  shop.shelves.mend()
  paper.line('somebody', 'mends the shelf and replays the dead letter')
  if (letter) await shop.inventory.replay(letter.id)
  const told = await shop.until(() => shop.told.includes(orderId))
  paper.expect(told, 'the replayed message was handled, under the same id')
}

async function garbageIsQuarantined(shop: Shop, paper: Paper): Promise<void> {
  paper.chapter('Bytes that nobody can read go to quarantine and block nothing')
  await shop.sendGarbage()
  paper.line('somebody', 'puts {"orderId": oops on the topic')
  await shop.until(() => shop.count('quarantined') > 0)
  const [letter] = await shop.inventoryStore.deadLetters.find({ kind: 'quarantine' })
  if (letter) describe(letter, paper)
  const { orderId } = await post(shop, paper, { sku: 'A-1', quantity: 1 })
  paper.expect(letter !== undefined, 'the message is in quarantine, byte for byte')
  paper.expect(await shop.until(() => shop.told.includes(orderId)), 'the next order of the same article went through')
}

async function post(shop: Shop, paper: Paper, order: { sku: string; quantity: number }) {
  const orderId = randomUUID()
  const response = await fetch(`${shop.address}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId, ...order }),
  })
  const body = (await response.json()) as { error?: { message: string } }
  paper.line(
    'ordering',
    `POST /orders ${order.quantity} × ${order.sku} → ${response.status} ${response.ok ? short(orderId) : ''}`,
  )
  if (body.error) paper.note(body.error.message)
  return { orderId, status: response.status }
}

function describe({ kind, reason, error, attempts, handler }: DeadLetter, paper: Paper): void {
  const who = handler ? ` by ${handler}` : ''
  paper.line('inventory', `${kind}: ${reason}, ${attempts} attempts${who}`)
  paper.note(`${error.code}: ${error.message}`)
}

function short(id: string): string {
  return id.slice(0, 8)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
