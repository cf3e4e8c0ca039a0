import { Command, handler, Mediator, queued } from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Work extends Command<number> {
  readonly number!: number
}
class Outer extends Command<number> {}

function gated() {
  const waiting: (() => void)[] = []
  let running = 0
  let most = 0
  const work = handler(Work, async ({ number }) => {
    running++
    most = Math.max(most, running)
    await new Promise<void>((resolve) => waiting.push(resolve))
    running--
    return number
  })
  return { work, waiting, most: () => most }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a queued dispatch backend', () => {
  it('handles no more at once than it is told, and all in order', async () => {
    const { work, waiting, most } = gated()
    const mediator = new Mediator({ handlers: [work], backend: queued({ concurrency: 2 }) })
    const all = Promise.all([1, 2, 3, 4, 5].map((number) => mediator.send(Work.of({ number }))))
    for (let count = 0; count < 5; count++) {
      await turn()
      waiting.shift()?.()
    }
    expect(await all).to.deep.equal([1, 2, 3, 4, 5])
    expect(most()).to.equal(2)
  })

  it('refuses when it is full and told to', async () => {
    const { work, waiting } = gated()
    const mediator = new Mediator({
      handlers: [work],
      backend: queued({ concurrency: 1, capacity: 1, whenFull: 'reject' }),
    })
    const first = mediator.send(Work.of({ number: 1 }))
    const second = mediator.send(Work.of({ number: 2 }))
    const refused = await failure(mediator.send(Work.of({ number: 3 })))
    expect(refused).to.include({ code: 'GULO_QUEUE_FULL', retryable: true })
    expect((refused as Error).message).to.contain('full with 1 messages waiting')
    await turn()
    waiting.shift()?.()
    await first
    await turn()
    waiting.shift()?.()
    expect(await second).to.equal(2)
  })

  it('runs nested sends in place, so that a full queue does not wait for itself', async () => {
    const mediator = new Mediator({
      handlers: [
        handler(Outer, (_, context) => context.send(Work.of({ number: 4 }))),
        handler(Work, ({ number }) => number * 2),
      ],
      backend: queued({ concurrency: 1 }),
    })
    expect(await mediator.send(Outer.of({}))).to.equal(8)
  })

  it('frees its place when a handler fails', async () => {
    let fail = true
    const mediator = new Mediator({
      handlers: [handler(Work, ({ number }) => (fail ? Promise.reject(new Error('boom')) : number))],
      backend: queued({ concurrency: 1 }),
    })
    await failure(mediator.send(Work.of({ number: 1 })))
    fail = false
    expect(await mediator.send(Work.of({ number: 2 }))).to.equal(2)
  })

  it('lets senders wait, however many, unless told to refuse', async () => {
    const { work, waiting, most } = gated()
    const mediator = new Mediator({ handlers: [work], backend: queued({ concurrency: 1, capacity: 0 }) })
    const all = Promise.all([1, 2, 3].map((number) => mediator.send(Work.of({ number }))))
    for (let count = 0; count < 3; count++) {
      await turn()
      waiting.shift()?.()
    }
    expect(await all).to.deep.equal([1, 2, 3])
    expect(most()).to.equal(1)
  })

  it('refuses at once what cannot run at once when nothing may wait', async () => {
    const { work, waiting } = gated()
    const backend = queued({ concurrency: 1, capacity: 0, whenFull: 'reject' })
    const mediator = new Mediator({ handlers: [work], backend })
    const first = mediator.send(Work.of({ number: 1 }))
    expect(await failure(mediator.send(Work.of({ number: 2 })))).to.have.property('code', 'GULO_QUEUE_FULL')
    waiting.shift()?.()
    expect(await first).to.equal(1)
  })

  it('handles 16 at once by default', async () => {
    const { work, waiting, most } = gated()
    const mediator = new Mediator({ handlers: [work], backend: queued() })
    const all = Promise.all(Array.from({ length: 20 }, (_, number) => mediator.send(Work.of({ number }))))
    for (let count = 0; count < 20; count++) {
      await turn()
      waiting.shift()?.()
    }
    await all
    expect(most()).to.equal(16)
  })

  it('refuses numbers that make no sense, all at once', () => {
    expect(() => queued({ concurrency: 0, capacity: -1 }))
      .to.throw(
        /of queued\(\) has 2 faults: concurrency is 0: use a whole number above 0\. capacity is -1: use a whole number of 0 or more\./,
      )
      .with.property('code', 'GULO_CONFIGURATION_INVALID')
    expect(() => queued({ concurrency: 1.5, capacity: Number.NaN })).to.throw(/has 2 faults/)
  })
})
