import {
  Command,
  type ConsumerOptions,
  createRuntime,
  type DeadLetter,
  type DedupeOptions,
  EnvelopeFactory,
  EventPublishing,
  handler,
  Mediator,
  memoryStore,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { desk, OrderPlacedV1, received } from './support.js'

/** A consumer on a memory store whose handler runs once for each order, and fails while `fails` says so. */
async function started(options: Partial<ConsumerOptions> = {}, dedupe: Partial<DedupeOptions<OrderPlacedV1>> = {}) {
  const letters: DeadLetter[] = []
  const calls: string[] = []
  const trouble = { fails: false }
  const scene = desk()
  const store = memoryStore({ runtime: createRuntime({ clock: scene.clock }) })
  const publishing = new EventPublishing({
    mapper: undefined,
    publisher: store.outbox,
    unitOfWork: store.unitOfWork,
    envelopes: new EnvelopeFactory({ source: 'inventory', runtime: createRuntime() }),
    observer: undefined,
  })
  const { consumer, transport, kinds } = desk({
    runtime: createRuntime({ clock: scene.clock }),
    publishing,
    inbox: store.inbox,
    keys: store.idempotencyKeys,
    deadLetters: { add: async (letter) => void letters.push(letter) },
    ...options,
  })
  consumer.handle(
    OrderPlacedV1,
    ({ orderId }) => {
      calls.push(orderId)
      if (trouble.fails) throw Object.assign(new Error('no stock'), { retryable: false })
    },
    { name: 'reserve', dedupe: { by: ({ orderId }) => orderId, window: '1d', ...dedupe } },
  )
  await consumer.start()
  return { consumer, transport, kinds, calls, letters, trouble, clock: scene.clock }
}

let count = 0
const message = (orderId: string) => received({ data: { orderId }, id: `m-${(count += 1)}` })

for (const [how, options] of [
  ['one by one', { batch: false }],
  ['together', {}],
] as const) {
  describe(`messages that say the same under other ids, handled ${how}`, () => {
    it('take effect once, and are duplicates after that', async () => {
      const { transport, calls, kinds } = await started(options)
      const outcomes = await transport.deliverAll(message('a'), message('a'), message('b'), message('a'))
      expect(outcomes).to.deep.equal(['ok', 'ok', 'ok', 'ok'])
      await transport.deliver(message('b'))
      expect(calls).to.deep.equal(['a', 'b'])
      expect(kinds().filter((kind) => kind === 'duplicate')).to.have.length(3)
      expect(kinds().filter((kind) => kind === 'handled')).to.have.length(2)
    })

    it('take effect again after the window', async () => {
      const { transport, calls, clock } = await started(options)
      await transport.deliverAll(message('a'), message('b'))
      await clock.pass(86_399_000)
      await transport.deliverAll(message('a'), message('b'))
      expect(calls).to.deep.equal(['a', 'b'])
      await clock.pass(2000)
      await transport.deliverAll(message('a'), message('b'))
      expect(calls).to.deep.equal(['a', 'b', 'a', 'b'])
    })

    it('take effect when the one before has failed', async () => {
      const { transport, calls, letters, trouble } = await started(options)
      trouble.fails = true
      await transport.deliver(message('a'))
      expect(letters).to.have.length(1)
      trouble.fails = false
      await transport.deliverAll(message('a'), message('b'))
      expect(calls.slice(1).sort()).to.deep.equal(['a', 'b'])
    })
  })
}

describe('the key of a message', () => {
  it('may be none: then the message is like no other', async () => {
    const { transport, calls } = await started({}, { by: () => undefined })
    await transport.deliverAll(message('a'), message('a'))
    expect(calls).to.deep.equal(['a', 'a'])
  })

  it('that is no text puts the message among the dead letters, with what was found', async () => {
    const { transport, calls, letters } = await started({}, { by: () => '' })
    await transport.deliver(message('a'))
    expect(calls).to.deep.equal([])
    expect(letters[0]?.error.message).to.match(/^dedupe\.by of reserve answered/)
  })

  it('needs a store that keeps it: the consumer does not start without', async () => {
    for (const options of [{ keys: undefined }, { publishing: undefined }] as unknown as Partial<ConsumerOptions>[]) {
      const error = await failure(started(options))
      expect(error)
        .to.have.property('message')
        .that.matches(/reserve has dedupe, without a store that keeps its keys/)
    }
  })

  it('is declared for integration events, with a function and a time', () => {
    class Reserve extends Command {}
    const refused = (options: object, messageClass: never = OrderPlacedV1 as never) => {
      const handlers = [handler(messageClass, () => undefined as never, { name: 'reserve', ...options } as never)]
      return expect(() => new Mediator({ handlers })).to.throw()
    }
    const by = () => 'key'
    refused({ dedupe: { by, window: '1d' } }, Reserve as never).to.have.property('code', 'GULO_HANDLER_INVALID')
    refused({ dedupe: { by: 'orderId', window: '1d' } }).to.match(/dedupe\.by is/)
    refused({ dedupe: { by, window: 'soon' } }).to.match(/dedupe\.window is soon/)
    refused({ broadcast: true, dedupe: { by, window: '1d' } }).to.match(/broadcast and dedupe/)
  })
})
