import { cloudEventsBinary } from '@gulo/core'
import { expect } from 'chai'
import { concurrently } from '../dist/brokers/callers.js'
import { Countdown } from '../dist/brokers/countdown.js'
import { envelopeOf, orderOf, wireOf } from '../dist/brokers/order.js'
import { ChildScope } from '../dist/scope.js'

describe('the message of the broker benchmarks', () => {
  for (const prefix of ['ce_', 'cloudEvents_']) {
    it(`is the same on both sides, byte for byte: ${prefix}`, () => {
      const order = orderOf(7)
      const raw = wireOf(order, prefix)
      const written = cloudEventsBinary.encode(envelopeOf(order, 'orders'), { prefix })
      expect(raw.headers).to.deep.equal(written.headers)
      expect(raw.value.equals(written.body as Uint8Array)).to.equal(true)
      expect(raw.value.length).to.be.within(270, 330)
    })
  }

  it('has as many keys as asked for', () => {
    const keys = Array.from({ length: 200 }, (_, number) => orderOf(number, 64).key)
    expect(new Set(keys).size).to.equal(64)
  })
})

describe('callers that publish at once', () => {
  it('are never more than asked for, and do everything once', async () => {
    let now = 0
    let most = 0
    const done: number[] = []
    await concurrently(3, 10, async (number) => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      done.push(number)
    })
    expect(most).to.equal(3)
    expect(done.toSorted((left, right) => left - right)).to.deep.equal(Array.from({ length: 10 }, (_, index) => index))
  })
})

describe('counting down the messages of a topic', () => {
  it('takes the time from the first to the last', async () => {
    const log: string[] = []
    const countdown = new Countdown(3, { start: () => log.push('start'), stop: () => log.push('stop') })
    for (let count = 0; count < 3; count++) {
      log.push('message')
      countdown.arrived()
    }
    await countdown.done
    expect(log).to.deep.equal(['message', 'start', 'message', 'message', 'stop'])
  })
})

describe('what a group has opened', () => {
  it('is closed once, the last first', async () => {
    const log: string[] = []
    const scope = new ChildScope('')
    scope.defer(() => log.push('first'))
    scope.defer(async () => log.push('second'))
    await Promise.all([scope.close(), scope.close()])
    expect(log).to.deep.equal(['second', 'first'])
  })

  it('is all closed before anybody who waits for that goes on', async () => {
    const log: string[] = []
    const scope = new ChildScope('')
    scope.defer(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      log.push('closed')
    })
    void scope.close()
    await scope.close()
    expect(log).to.deep.equal(['closed'])
  })
})
