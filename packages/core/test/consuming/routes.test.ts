import { byDomain, Contract, type GuloError, handler, IntegrationEvent, Mediator, type TopicStrategy } from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { desk } from './support.js'

@Contract('ordering.order.placed.v1')
class PlacedV1 extends IntegrationEvent {}
@Contract('ordering.order.dropped.v1')
class DroppedV1 extends IntegrationEvent {}
@Contract('billing.invoice.sent.v1', { topic: 'invoices' })
class InvoiceSentV1 extends IntegrationEvent {}
@Contract('billing.invoice.paid.v1', { topic: () => 'depends' })
class InvoicePaidV1 extends IntegrationEvent {}
class WithoutContract extends IntegrationEvent {}

async function routesFor(classes: readonly (new () => IntegrationEvent)[], topics?: TopicStrategy) {
  const mediator = new Mediator({
    handlers: classes.map((each, index) => handler(each, () => undefined, { name: `h${index}` })),
  })
  const { consumer, transport } = desk({ mediator, ...(topics && { topics }) })
  await consumer.start()
  return transport.subscription?.routes
}

describe('the topics that a consumer subscribes to', () => {
  it('are named like the types by default', async () => {
    expect(await routesFor([PlacedV1, DroppedV1])).to.deep.equal([
      { topic: 'ordering.order.placed.v1', types: ['ordering.order.placed.v1'] },
      { topic: 'ordering.order.dropped.v1', types: ['ordering.order.dropped.v1'] },
    ])
  })

  it('are subscribed to once, with every type wanted from them', async () => {
    expect(await routesFor([PlacedV1, DroppedV1, PlacedV1], byDomain)).to.deep.equal([
      { topic: 'ordering', types: ['ordering.order.placed.v1', 'ordering.order.dropped.v1'] },
    ])
  })

  it('are those that contracts name, whatever the strategy', async () => {
    expect(await routesFor([PlacedV1, InvoiceSentV1], byDomain)).to.deep.equal([
      { topic: 'ordering', types: ['ordering.order.placed.v1'] },
      { topic: 'invoices', types: ['billing.invoice.sent.v1'] },
    ])
  })

  it('cannot depend on the message', async () => {
    const error = (await failure(routesFor([InvoicePaidV1]))) as GuloError
    expect(error.code).to.equal('GULO_SUBSCRIPTION_INVALID')
    expect(error.message).to.match(
      /^The subscription of billing\.invoice\.paid\.v1 is invalid: the topic of its contract depends on the message, and no patterns are given\./,
    )
  })

  it('need contracts', async () => {
    const error = (await failure(routesFor([WithoutContract]))) as GuloError
    expect(error.code).to.equal('GULO_CONTRACT_MISSING')
    expect(error.message).to.match(/^WithoutContract has no contract/)
  })
})
