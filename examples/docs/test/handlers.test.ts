import { GuloError, handler, Mediator, result } from '@gulo/core'
import { countTo } from '@gulo-examples/docs/handlers/container'
import { journal, sendWithContext } from '@gulo-examples/docs/handlers/context'
import {
  Order,
  PlaceOrderHandler,
  purchased,
  remindCustomer,
  reminded,
  sendAndAsk,
} from '@gulo-examples/docs/handlers/handling'
import { OrderPlaced, PlaceOrder, RemindCustomer, StockOf } from '@gulo-examples/docs/handlers/messages'
import { audit, cached, log, logSlow, slow, words } from '@gulo-examples/docs/handlers/middleware'
import { busy, reasonsOf, switchOff, traced } from '@gulo-examples/docs/handlers/operating'
import { expect } from 'chai'

const command = PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 })

describe('the page on handlers', () => {
  it('sends, asks and publishes', async () => {
    const { value, left, stock } = await sendAndAsk()
    expect({ value, left }).to.deep.equal({ value: '4711', left: 8 })
    expect(stock.of('A-1')).to.equal(7)
    expect(purchased).to.deep.equal(['A-1', 'A-1'])
  })

  it('handles by function', async () => {
    await new Mediator({ handlers: [remindCustomer] }).send(RemindCustomer.of({ orderId: '4711' }))
    expect(reminded).to.deep.equal(['4711'])
  })

  it('answers an aggregate with its events', async () => {
    const seen: string[] = []
    const place = handler(PlaceOrder, ({ orderId, sku, quantity }) => {
      return result(orderId, ...Order.place(orderId, sku, quantity).domainEvents)
    })
    const note = handler(OrderPlaced, ({ orderId }) => void seen.push(orderId))
    await new Mediator({ handlers: [place, note] }).send(command)
    expect(seen).to.deep.equal(['4711'])
  })

  it('hands the context on to what a message causes', async () => {
    expect(await sendWithContext()).to.deep.equal(['checkout-1', 'acme'])
    expect(journal).to.deep.equal(['checkout-1: ada orders 2 of A-1'])
  })

  it('puts hooks, wrappers and compiled middleware around a handler', async () => {
    slow(PlaceOrder)
    const mediator = new Mediator({ handlers: [PlaceOrderHandler], middleware: [audit, cached(new Map()), logSlow] })
    await mediator.send(command)
    expect(log).to.deep.equal(['PlaceOrder comes', 'PlaceOrder is done', '36 characters of id'])
    expect(words(mediator)).to.deep.equal([
      ['hooks audit', 'wrapper number 1', 'hooks logSlow', 'handler PlaceOrderHandler'],
    ])
  })

  it('answers a query from a cache', async () => {
    let asked = 0
    const stockOf = handler(StockOf, () => ++asked)
    const mediator = new Mediator({ handlers: [stockOf], middleware: [cached(new Map())] })
    const query = StockOf.of({ sku: 'A-1' })
    expect([await mediator.send(query), await mediator.send(query)]).to.deep.equal([1, 1])
  })

  it('takes a handler out of service and back', async () => {
    const mediator = new Mediator({ handlers: [PlaceOrderHandler] })
    expect(await switchOff(mediator, PlaceOrderHandler)).to.equal('GULO_HANDLER_DISABLED')
    expect((await mediator.send(command)).value).to.equal('4711')
  })

  it('traces a dispatch', async () => {
    const { mediator, steps } = traced([PlaceOrderHandler])
    await mediator.send(command)
    expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).to.deep.equal([
      'handler PlaceOrderHandler entered',
      'handler PlaceOrderHandler done',
    ])
  })

  it('queues', async () => {
    const mediator = busy([PlaceOrderHandler])
    const all = await Promise.allSettled(Array.from({ length: 200 }, () => mediator.send(command)))
    const refused = all.filter((each) => each.status === 'rejected')
    expect(refused).to.have.length(96)
    expect(refused.every(({ reason }) => GuloError.is(reason, 'GULO_QUEUE_FULL'))).to.equal(true)
  })

  it('tells every reason when several handlers of an event fail', async () => {
    const fail = (name: string) => handler(OrderPlaced, () => Promise.reject(new Error(name)), { name })
    const mediator = new Mediator({ handlers: [fail('one'), fail('two')] })
    const error = await mediator.publish(new OrderPlaced('4711', 'A-1', 2)).catch((failure: unknown) => failure)
    expect(reasonsOf(error).map((reason) => (reason as Error).message)).to.deep.equal(['one', 'two'])
  })

  it('takes handlers from a container', async () => {
    expect(await countTo(3)).to.equal(3)
  })
})
