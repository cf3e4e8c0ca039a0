import { exchangeOf, parkingTopology, queueOf, subscriptionTopology, type TopologyRules } from '@gulo/rabbitmq'
import { expect } from 'chai'

const rules: TopologyRules = {
  quorum: true,
  deliveryLimit: 20,
  singleActiveConsumer: false,
  exchangeName: exchangeOf,
  queueName: queueOf,
}
const PLACED = 'ordering.order.placed.v1'
const PAID = 'billing.invoice.paid.v1'
const subscription = (...routes: { topic: string; types: string[] }[]) => {
  return { group: 'inventory', action: 'reserve-stock', routes, deliver: () => [] }
}

describe('The topology of a subscription', () => {
  it('is one quorum queue named service.action.priority, bound to the exchange of each domain by type', () => {
    const wanted = subscription({ topic: PLACED, types: [PLACED] }, { topic: PAID, types: [PAID] })
    const [consumed, ...others] = subscriptionTopology(wanted, rules)
    expect(others).to.deep.equal([])
    expect(consumed?.queue).to.equal('inventory.reserve-stock.normal')
    expect(consumed?.topology.exchanges).to.deep.equal([
      { name: 'ordering', type: 'topic' },
      { name: 'billing', type: 'topic' },
    ])
    expect(consumed?.topology.bindings).to.deep.equal([
      { queue: 'inventory.reserve-stock.normal', exchange: 'ordering', routingKey: PLACED },
      { queue: 'inventory.reserve-stock.normal', exchange: 'billing', routingKey: PAID },
    ])
  })

  it('has a delivery limit, and a queue for what is over it, declared first', () => {
    const [consumed] = subscriptionTopology(subscription({ topic: PLACED, types: [PLACED] }), rules)
    const [quarantine, queue] = consumed?.topology.queues ?? []
    expect(quarantine?.name).to.equal('inventory.reserve-stock.normal.quarantine')
    expect(queue?.arguments).to.deep.equal({
      'x-queue-type': 'quorum',
      'x-delivery-limit': 20,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': 'inventory.reserve-stock.normal.quarantine',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    })
  })

  it('is a classic queue without a limit where no quorum is wanted', () => {
    const [consumed] = subscriptionTopology(subscription({ topic: PLACED, types: [PLACED] }), {
      ...rules,
      quorum: false,
    })
    expect(consumed?.topology.queues).to.deep.equal([
      { name: 'inventory.reserve-stock.normal', arguments: { 'x-queue-type': 'classic' } },
    ])
  })

  it('lets one consumer at a time work where that is wanted', () => {
    const wanted = subscription({ topic: PLACED, types: [PLACED] })
    const [consumed] = subscriptionTopology(wanted, { ...rules, singleActiveConsumer: true })
    expect(consumed?.topology.queues[1]?.arguments).to.include({ 'x-single-active-consumer': true })
  })

  it('keeps a topic that is neither type nor domain on an exchange of its own', () => {
    const wanted = subscription({ topic: 'orders.tenant-a', types: [PLACED] }, { topic: 'ordering', types: [PLACED] })
    const [consumed] = subscriptionTopology(wanted, rules)
    expect(consumed?.topology.bindings.map(({ exchange }) => exchange)).to.deep.equal(['orders.tenant-a', 'ordering'])
  })

  it('has each of the sixteen slots bound to one partition, whatever their number', () => {
    const wanted = subscription({ topic: PLACED, types: [PLACED] })
    for (let partitions = 1; partitions <= 16; partitions++) {
      const [members] = subscriptionTopology(wanted, { ...rules, partitions })
      const home = members?.queue ?? ''
      const slots = members?.topology.bindings.flatMap((each) =>
        each.exchange === home && 'toExchange' in each ? [`${each.arguments?.['gulo-slot']} ${each.toExchange}`] : [],
      )
      const once = Array.from({ length: 16 }, (_, slot) => `${slot} ${home}.${slot % partitions}`)
      expect(slots, `${partitions} partitions`).to.have.members(once)
    }
  })

  for (const topic of [`${PLACED}.dlq`, `${PLACED}.quarantine`, `${PLACED}.retry.inventory.2`, 'a.retry.my.group.1']) {
    it(`consumes ${topic} from the queue of that name`, () => {
      expect(subscriptionTopology(subscription({ topic, types: [PLACED] }), rules)).to.deep.equal([
        { queue: topic, topology: parkingTopology(topic, rules) },
      ])
    })
  }
})
