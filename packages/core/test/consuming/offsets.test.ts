import {
  type ConsumerOptions,
  createRuntime,
  type DeadLetter,
  EnvelopeFactory,
  EventPublishing,
  type MemoryTransaction,
  type MessageContext,
  memoryStore,
  type ReceivedMessage,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { desk, OrderPlacedV1, received, TYPE } from './support.js'

type Handle = (event: OrderPlacedV1, context: MessageContext) => unknown
type Options = Partial<ConsumerOptions> & { handle?: Handle }

const PLACE = { group: 'inventory', topic: TYPE, partition: 0 }

/** A consumer without an inbox whose positions are stored with what its handler does, and which has partition 0. */
async function started({ handle = () => undefined, ...options }: Options = {}) {
  const store = memoryStore()
  const letters: DeadLetter[] = []
  const effects: string[] = []
  const publishing = new EventPublishing({
    mapper: undefined,
    publisher: store.outbox,
    unitOfWork: store.unitOfWork,
    envelopes: new EnvelopeFactory({ source: 'inventory', runtime: createRuntime() }),
    observer: undefined,
  })
  const scene = desk({
    publishing,
    offsets: 'with-state',
    positions: store.positions,
    deadLetters: { add: async (letter) => void letters.push(letter) },
    ...options,
  })
  Object.assign(scene.transport, { tellsAssigned: true })
  scene.consumer.handle(
    OrderPlacedV1,
    async (event, context) => {
      ;(context.transaction as MemoryTransaction).write(() => void effects.push(event.orderId))
      await handle(event, context)
    },
    { name: 'reserve' },
  )
  await scene.consumer.start()
  const assign = () => scene.transport.subscription?.assigned?.([{ topic: TYPE, partition: 0 }])
  await assign()
  return { ...scene, store, letters, effects, assign }
}

const at = (offset: number): ReceivedMessage => ({
  ...received({ data: { orderId: `o-${offset}` }, id: `m-${offset}` }),
  partition: 0,
  offset: String(offset),
})
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => at(from + index))

for (const [how, options] of [
  ['one by one', { batch: false }],
  ['together', {}],
] as const) {
  describe(`positions that are stored with what handlers do, ${how}`, () => {
    it('tell what is done, whatever comes again', async () => {
      const { transport, effects, kinds, assign } = await started(options)
      await transport.deliverAll(...range(0, 3))
      await transport.deliverAll(...range(0, 5))
      expect(effects).to.deep.equal(['o-0', 'o-1', 'o-2', 'o-3', 'o-4'])
      expect(kinds().filter((kind) => kind === 'duplicate')).to.have.length(3)
      expect(await assign()).to.deep.equal([{ topic: TYPE, partition: 0, offset: '5' }])
    })

    it('move past what was set aside', async () => {
      const handle: Handle = ({ orderId }) => {
        if (orderId === 'o-1') throw Object.assign(new Error('no stock'), { retryable: false })
      }
      const { transport, effects, letters, assign } = await started({ ...options, handle })
      await transport.deliverAll(...range(0, 2))
      expect(letters).to.have.length(1)
      expect(effects).to.deep.equal(['o-0'])
      expect(await assign()).to.deep.equal([{ topic: TYPE, partition: 0, offset: '2' }])
    })

    it('let nobody take effect whose partition another has taken over', async () => {
      let takeOver: (() => Promise<unknown>) | undefined
      const { transport, effects, letters, store } = await started({ ...options, handle: () => takeOver?.() })
      await transport.deliverAll(...range(0, 2))
      takeOver = () => store.positions.acquire(PLACE)
      expect(await transport.deliverAll(...range(2, 4))).to.deep.equal(['refused', 'refused'])
      takeOver = undefined
      expect(await transport.deliverAll(...range(2, 4))).to.deep.equal(['refused', 'refused'])
      expect(effects).to.deep.equal(['o-0', 'o-1'])
      expect(letters).to.deep.equal([])
    })

    it('are looked up after a transaction that may have committed or not', async () => {
      let fails = true
      const handle: Handle = ({ orderId }, context) => {
        if (orderId !== 'o-1' || !fails) return
        fails = false
        ;(context.transaction as MemoryTransaction).verify(() => {
          throw new Error('the connection broke')
        })
      }
      const { transport, effects, clock } = await started({ ...options, handle })
      const delivered = transport.deliverAll(...range(0, 3))
      for (let times = 0; times < 5; times++) await clock.pass(1000)
      expect(await delivered).to.deep.equal(['ok', 'ok', 'ok'])
      expect(effects).to.deep.equal(['o-0', 'o-1', 'o-2'])
    })
  })
}

describe('a partition that another has taken over', () => {
  it('is taken over anew by the next sharing out of the group', async () => {
    const { transport, effects, store, assign } = await started()
    const other = await store.positions.acquire(PLACE)
    expect(await store.positions.next(other)).to.equal(undefined)
    await transport.deliverAll(at(0))
    expect(effects).to.deep.equal([])
    await assign()
    await transport.deliverAll(at(0))
    expect(effects).to.deep.equal(['o-0'])
  })

  it('is taken back after a minute in which its messages are still given to this consumer', async () => {
    const { transport, effects, store, clock } = await started()
    await store.positions.acquire(PLACE)
    expect(await transport.deliverAll(at(0))).to.deep.equal(['refused'])
    expect(await transport.deliverAll(at(0))).to.deep.equal(['refused'])
    await clock.pass(59_000)
    expect(await transport.deliverAll(at(0))).to.deep.equal(['refused'])
    await clock.pass(2000)
    expect(await transport.deliverAll(at(0))).to.deep.equal(['ok'])
    expect(effects).to.deep.equal(['o-0'])
  })

  it('leaves nothing to handle where it was never given', async () => {
    const { transport, effects } = await started()
    expect(await transport.deliverAll({ ...at(0), partition: 7 })).to.deep.equal(['refused'])
    expect(effects).to.deep.equal([])
  })
})

describe('a message that is given to its handler once more', () => {
  it('is handled although its position is passed', async () => {
    const { transport, effects, consumer } = await started()
    await transport.deliverAll(...range(0, 3))
    const again = { group: 'inventory', handler: 'reserve', attempt: 2, firstFailedAt: undefined, replayCount: 1 }
    await consumer.redeliver({ ...again, message: at(1) })
    expect(effects).to.deep.equal(['o-0', 'o-1', 'o-2', 'o-1'])
  })
})

describe('positions with state', () => {
  it('are refused where they cannot be kept, with what is missing', async () => {
    const missing = async (options: object) => String(((await failure(started(options as Options))) as Error).message)
    expect(await missing({ positions: undefined })).to.match(/the store keeps no positions/)
    expect(await missing({ publishing: undefined })).to.match(/without a unit of work/)
    expect(await missing({ offsets: 'somewhere' })).to.match(/use "broker" or "with-state"/)
    const { consumer } = desk({ offsets: 'with-state' })
    expect(String(((await failure(consumer.start())) as Error).message)).to.match(/does not say which partitions/)
  })

  it('take one handler for each type', async () => {
    const { consumer, transport } = desk({ offsets: 'with-state' })
    Object.assign(transport, { tellsAssigned: true })
    for (const name of ['one', 'two']) consumer.handle(OrderPlacedV1, () => undefined, { name })
    expect(String(((await failure(consumer.start())) as Error).message)).to.match(/OrderPlacedV1 has several handlers/)
  })
})
