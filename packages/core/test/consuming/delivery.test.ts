import { Consumer, type ConsumerOptions, type DeadLetter, type Redelivery } from '@gulo/core'
import { expect } from 'chai'
import { expectFault } from '../bad-input/stage.js'
import { failure } from '../support/failure.js'
import { quietLogger } from '../support/scene.js'
import { desk, OrderPlacedV1, received, TYPE } from './support.js'

/** A started consumer with two handlers, what they saw, and what was set aside. */
async function started(options: Partial<ConsumerOptions> = {}) {
  const seen: string[] = []
  const letters: DeadLetter[] = []
  const scene = desk({ deadLetters: { add: async (letter) => void letters.push(letter) }, ...options })
  for (const name of ['first', 'second']) {
    scene.consumer.handle(
      OrderPlacedV1,
      ({ orderId }, { attempt }) => void seen.push(`${name} ${orderId} ${attempt}`),
      { name },
    )
  }
  await scene.consumer.start()
  return { ...scene, seen, letters }
}
const redelivery = (given: Partial<Redelivery> = {}): Redelivery => ({
  group: 'inventory',
  handler: undefined,
  message: received(),
  attempt: 4,
  firstFailedAt: undefined,
  replayCount: 1,
  ...given,
})
const unreadable = { ...received(), body: new TextEncoder().encode('{oops') }

describe('a message that is delivered', () => {
  it('is told of before and after each handler', async () => {
    const { transport, signals } = await started()
    await transport.deliver(received())
    expect(signals.map(({ kind }) => kind)).to.deep.equal(['received', 'handled', 'handled'])
    expect(signals[0]).to.include({ group: 'inventory' })
  })

  it('reaches no handler before the transport has its promise', async () => {
    const { transport, seen } = await started()
    const settling = transport.deliver(received())
    expect(seen).to.deep.equal([])
    await settling
    expect(seen).to.deep.equal(['first o-1 1', 'second o-1 1'])
  })

  it('is quarantined when its bytes cannot be read, as it was received, and is settled', async () => {
    const { transport, letters, signals, seen } = await started()
    await transport.deliver(unreadable)
    expect(letters[0]).to.include({
      kind: 'quarantine',
      reason: 'deserialization',
      message: unreadable,
      consumer: 'inventory',
      handler: undefined,
      attempts: 0,
      replayCount: 0,
    })
    expect(letters[0]?.firstFailedAt).to.equal(letters[0]?.failedAt)
    expect(signals.map(({ kind }) => kind)).to.deep.equal(['quarantined'])
    expect(seen).to.deep.equal([])
  })

  it('goes back to the broker when it cannot be read and cannot be set aside', async () => {
    const { transport } = await started({ deadLetters: { add: () => Promise.reject(new Error('store down')) } })
    expect(await failure(transport.deliver(unreadable))).to.have.property('message', 'store down')
  })

  it('says which contract it breaks, and how', async () => {
    const decode = () => {
      throw new Error('quantity is missing')
    }
    const { transport, letters, seen } = await started({ decode })
    await transport.deliver(received())
    expect(letters[0]).to.include({ kind: 'quarantine', reason: 'schema', messageId: 'm-1', type: TYPE })
    expect(letters[0]?.error.message).to.match(
      /^A message of type "ordering\.order\.placed\.v1" breaks its contract: quantity is missing\./,
    )
    expect(seen).to.deep.equal([])
  })

  it('is quarantined whatever a decoder throws', async () => {
    for (const [oddity, said] of [
      ['a text', 'a text'],
      [null, 'null'],
      [undefined, 'undefined'],
      [Object.create(null), 'a thrown object without a text'],
    ]) {
      const decode = () => {
        throw oddity
      }
      const { transport, letters } = await started({ decode })
      await transport.deliver(received())
      expect(letters[0]?.error.message).to.contain(`breaks its contract: ${said}.`)
    }
  })

  it('is quarantined too when a decoder takes its time to refuse it, and handled when it takes its time', async () => {
    const decode = async (_: unknown, data: unknown) => {
      if ((data as { orderId?: string }).orderId === undefined) throw new Error('orderId is missing')
      return Object.assign(new OrderPlacedV1(), data)
    }
    const { transport, letters, seen } = await started({ decode })
    await transport.deliver(received({ data: {} }))
    expect(letters[0]).to.include({ kind: 'quarantine', reason: 'schema' })
    await transport.deliver(received())
    expect(seen).to.deep.equal(['first o-1 1', 'second o-1 1'])
  })

  it('goes back to the broker when its decoder could not do its work this time', async () => {
    for (const wait of [false, true]) {
      const busy = Object.assign(new Error('database away'), { retryable: true })
      const decode = () => {
        if (!wait) throw busy
        return Promise.reject(busy)
      }
      const { transport, letters } = await started({ decode })
      expect(await failure(transport.deliver(received()))).to.equal(busy)
      expect(letters).to.deep.equal([])
    }
  })

  it('is decoded by the first middleware that knows how, called as its method', async () => {
    const decoder = {
      data: { orderId: 'decoded' },
      forMessage: () => undefined,
      decode() {
        return Object.assign(new OrderPlacedV1(), this.data)
      },
    }
    const never = {
      forMessage: () => undefined,
      decode: () => {
        throw new Error('never asked')
      },
    }
    const middleware = [{ before: () => undefined }, { forMessage: () => undefined }, decoder, never]
    const { transport, seen } = await started({ middleware })
    await transport.deliver(received())
    expect(seen).to.deep.equal(['first decoded 1', 'second decoded 1'])
  })
})

describe('a message with a time to be delivered by', () => {
  const at = (time: string) => received({ headers: { ce_expirytime: time } })

  it('is handled at that very time and dropped after it', async () => {
    const { clock, transport, seen, kinds } = await started()
    await transport.deliver(at('2026-01-01T00:00:00Z'))
    expect(seen).to.have.length(2)
    await clock.pass(1)
    await transport.deliver(at('2026-01-01T00:00:00Z'))
    expect(seen).to.have.length(2)
    expect(kinds().slice(-2)).to.deep.equal(['received', 'expired'])
  })

  it('is dropped without a word when nobody observes', async () => {
    const { transport, seen } = await started({ observers: [] })
    await transport.deliver(at('2025-12-31T23:59:59Z'))
    expect(seen).to.deep.equal([])
  })
})

describe('a message of a type that nobody here handles', () => {
  const unknown = received({ headers: { ce_type: 'other.thing.done.v1' } })

  it('is settled, and dropped without a word when nobody observes', async () => {
    const { transport, letters } = await started({ observers: [] })
    await transport.deliver(unknown)
    expect(letters).to.deep.equal([])
  })

  it('says so in the dead letter, when it is to become one', async () => {
    const { transport, letters } = await started({ unknownTypes: 'dead-letter' })
    await transport.deliver(unknown)
    expect(letters[0]).to.include({ kind: 'dead-letter', reason: 'unknown-type', handler: undefined, attempts: 0 })
    expect(letters[0]?.error.message).to.match(
      /^The consumer inventory has no handler for the type "other\.thing\.done\.v1"\./,
    )
  })
})

describe('a message that is given to a consumer once more', () => {
  it('goes to the handler it is for, with its history', async () => {
    const { consumer, seen } = await started()
    await consumer.redeliver(redelivery({ handler: 'second' }))
    expect(seen).to.deep.equal(['second o-1 4'])
  })

  it('goes to every handler when it failed before one was chosen', async () => {
    const { consumer, seen } = await started()
    await consumer.redeliver(redelivery())
    expect(seen).to.deep.equal(['first o-1 4', 'second o-1 4'])
  })

  it('does not vanish when its handler has: it is among the dead letters, with its history', async () => {
    const { consumer, seen, letters } = await started()
    await consumer.redeliver(redelivery({ handler: 'third' }))
    expect(seen).to.deep.equal([])
    expect(letters[0]).to.include({ reason: 'unknown-type', handler: 'third', attempts: 3 })
  })

  it('is of no known type when its contract is gone', async () => {
    const { consumer, letters } = await started({ unknownTypes: 'dead-letter' })
    await consumer.redeliver(redelivery({ message: received({ headers: { ce_type: 'other.thing.done.v1' } }) }))
    expect(letters[0]).to.include({ reason: 'unknown-type', type: 'other.thing.done.v1' })
  })

  it('is quarantined when its bytes cannot be read', async () => {
    const { consumer, letters, seen } = await started()
    await consumer.redeliver(redelivery({ message: unreadable }))
    expect(letters[0]).to.include({ kind: 'quarantine', reason: 'deserialization' })
    expect(seen).to.deep.equal([])
  })

  it('waits its turn behind the messages of its key', async () => {
    let finish = () => undefined as void
    const seen: string[] = []
    const { consumer, transport } = desk()
    consumer.handle(OrderPlacedV1, async (_, { attempt }) => {
      if (attempt === 1) await new Promise<void>((resolve) => void (finish = resolve))
      seen.push(String(attempt))
    })
    await consumer.start()
    const message = received({ headers: { ce_partitionkey: 'o-1' } })
    const first = transport.deliver(message)
    await new Promise((resolve) => setImmediate(resolve))
    const second = consumer.redeliver(redelivery({ message }))
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).to.deep.equal([])
    finish()
    await Promise.all([first, second])
    expect(seen).to.deep.equal(['1', '4'])
  })
})

describe('a consumer with nowhere to put dead letters', () => {
  it('does not start, and says what it needs', async () => {
    const { transport } = desk()
    const consumer = new Consumer({ transport, group: 'inventory', logger: quietLogger })
    consumer.handle(OrderPlacedV1, () => undefined)
    expectFault(await failure(consumer.start()), 'GULO_DEAD_LETTERS_MISSING', /consumer inventory has nowhere to put/)
    expect(transport.subscription).to.equal(undefined)
  })
})
