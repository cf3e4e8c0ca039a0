import { Command, Contract, handler, memoryStore, queued, type Result, result } from '@gulo/core'
import { expect } from 'chai'
import { OrderPlacedV1, Stage } from './stage.js'

class Many extends Command<Result<void>> {
  readonly count!: number
}
@Contract('ordering.order.remind.v1')
class Remind extends Command {
  readonly number!: number
}

describe('much at once', function () {
  this.timeout(30_000)
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const many = handler(Many, ({ count }) =>
    result(undefined, ...Array.from({ length: count }, (_, at) => OrderPlacedV1.of({ orderId: String(at % 100) }))),
  )

  for (const stored of [false, true]) {
    it(`such as ten thousand events of one command are all published, in order, ${stored ? 'stored' : 'directly'}`, async () => {
      const service = await stage.start({ handlers: [many], observers: [], ...(stored && { store: memoryStore() }) })
      await service.mediator.send(Many.of({ count: 10_000 }))
      await service.stop()
      const keys = stage.broker.messages('ordering.order.placed.v1').map(({ key }) => key)
      expect(keys).to.deep.equal(Array.from({ length: 10_000 }, (_, at) => String(at % 100)))
    })
  }

  it('such as a hundred thousand senders that wait for a queue get their turn, first come first served', async () => {
    const backend = queued({ concurrency: 2, capacity: 10 })
    const order: number[] = []
    const senders = Array.from({ length: 100_000 }, (_, at) => backend.dispatch(async () => order.push(at)))
    await Promise.all(senders)
    expect(order).to.have.length(100_000)
    expect(order).to.deep.equal([...order].sort((a, b) => a - b))
  })

  it('such as two thousand due commands are each done, although one of them always fails', async () => {
    let done = 0
    const remind = handler(Remind, ({ number }) => {
      if (number === 3) throw new Error('always')
      done++
    })
    const plan = handler(Many, async ({ count }, context) => {
      for (let number = 0; number < count; number++) await context.schedule(Remind.of({ number }), 1000)
      return result(undefined)
    })
    const service = await stage.start({ handlers: [plan, remind], store: memoryStore() })
    await service.mediator.send(Many.of({ count: 2000 }))
    while (done < 1999) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(done).to.equal(1999)
  })
})
