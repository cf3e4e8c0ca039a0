import { placeOrdersOf } from '../ordering/order-file.js'
import { keepLedger } from './ledger.js'
import type { Paper } from './paper.js'
import type { Shop } from './shop.js'

/** Sends every order of a file through the shop and counts, by id, what became of each. */
export async function tellOrders(path: string, shop: Shop, paper: Paper): Promise<void> {
  paper.chapter(`The orders of ${path}`)
  const knownBefore = new Set(shop.orders.ids())
  const begun = performance.now()
  const { accepted, bad } = await placeOrdersOf(path, shop.ordering.mediator)
  paper.line('ordering', `${accepted} orders accepted, ${bad.length} lines refused`)
  for (const { line, reason } of bad.slice(0, 10)) paper.note(`line ${line}: ${reason}`)
  if (bad.length > 10) paper.note(`and ${bad.length - 10} more`)
  const ids = shop.orders.ids().filter((id) => !knownBefore.has(id))
  // Only orders of this run: a broker may still hold those of another.
  const reservations = () => shop.stock.reservations.filter(({ orderId }) => shop.orders.find(orderId))
  const wanted = knownBefore.size + ids.length
  const arrived = await shop.until(
    () => shop.stock.reservations.length >= wanted && reservations().length >= wanted,
    300_000,
  )
  const { placed, handled, lost, twice, reordered } = keepLedger(shop.orders, ids, reservations())
  const seconds = (performance.now() - begun) / 1000
  paper.line('inventory', `${handled} orders handled in ${seconds.toFixed(1)} s`)
  paper.note(`placed ${placed} · handled ${handled} · lost ${lost} · twice ${twice} · out of order ${reordered}`)
  paper.expect(arrived && placed === accepted && handled === placed, 'every accepted order was handled')
  paper.expect(lost === 0 && twice === 0, 'none was lost, none took effect twice')
  paper.expect(reordered === 0, 'the orders of each article were handled in order')
}
