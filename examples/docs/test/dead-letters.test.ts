import {
  Contract,
  EventPublisher,
  handler,
  IntegrationEvent,
  memoryBroker,
  memoryStore,
  memoryTransport,
} from '@gulo/core'
import { attempts, createLedger, journal, look, mend, readAll, replayCause } from '@gulo-examples/docs/dead-letters'
import { expect } from 'chai'

@Contract('shop.order.paid.v1', { key: 'orderId' })
class OrderPaidV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly count!: number
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('the page on dead letters', () => {
  it('looks at, mends and replays what was set aside, in its order', async () => {
    const [store, broker, booked] = [memoryStore(), memoryBroker(), [] as number[]]
    let broken = true
    const book = handler(
      OrderPaidV1,
      ({ count }) => {
        if (broken) throw Object.assign(new Error('no shelf 7'), { code: 'NO_SHELF', retryable: false })
        booked.push(count)
      },
      { name: 'book' },
    )
    const ledger = createLedger(memoryTransport({ broker }), store, [book])
    await ledger.start()
    const publisher = new EventPublisher({ transport: memoryTransport({ broker }), source: 'shop' })
    await publisher.start()
    for (const count of [1, 2, 3]) await publisher.publish(OrderPaidV1.of({ orderId: 'A-1', count }))
    while ((await ledger.deadLetters.count()).new === 0) await soon()
    await look(ledger)
    expect(journal.pop()).to.match(/^1 × NO_SHELF in ledger\/book, the last .*: [0-9a-f]{16}$/)
    expect((await readAll(ledger)).letters).to.have.length(1)
    await attempts(ledger)
    expect(journal.pop()).to.match(/^1\. .* NO_SHELF: no shelf 7 \(\d+ ms\)$/)
    broken = false
    const [group] = await ledger.deadLetters.groups()
    await replayCause(ledger, group?.fingerprint as string)
    expect(journal.pop()).to.equal('1 replayed, 0 not')
    while (booked.length < 3) await soon()
    expect(booked).to.deep.equal([1, 2, 3])
    broken = true
    await publisher.publish(OrderPaidV1.of({ orderId: 'A-1', count: 4 }))
    while ((await ledger.deadLetters.count()).new === 0) await soon()
    const [last] = (await ledger.deadLetters.page({ status: 'new' })).letters
    await mend(ledger, last?.id as string)
    expect(journal.splice(0).map((line) => line.split(' ').slice(1).join(' '))).to.deep.equal([
      'ada@example.com edited: ticket 4711',
      'ada@example.com discarded: ticket 4711',
      'ada@example.com restored: ticket 4711',
    ])
    await publisher.stop()
    await ledger.stop()
  })
})
