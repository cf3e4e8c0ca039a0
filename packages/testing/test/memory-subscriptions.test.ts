import {
  type Clock,
  createRuntime,
  type MemoryTransport,
  memoryBroker,
  memoryTransport,
  type TransportSubscription,
} from '@gulo/core'
import { VirtualClock } from '@gulo/testing'
import { expect } from 'chai'

const turn = () => new Promise((resolve) => setImmediate(resolve))

const failureOf = (work: Promise<unknown>): Promise<{ code?: string; message?: string }> =>
  work.then(
    () => ({}),
    (error: { code: string; message: string }) => error,
  )

async function started(options: Parameters<typeof memoryTransport>[0] = {}): Promise<MemoryTransport> {
  const transport = memoryTransport({ broker: memoryBroker({ partitions: 1 }), ...options })
  await transport.start()
  return transport
}

/** Subscribes a member; the answer tells the offsets it was given. */
async function collect(transport: MemoryTransport, more: Partial<TransportSubscription> = {}) {
  const offsets: string[] = []
  const routes = [{ topic: 'items', types: [] }]
  const deliver: TransportSubscription['deliver'] = (messages) =>
    messages.map(async ({ offset }) => void offsets.push(String(offset)))
  const handle = await transport.subscribe({ group: 'group', action: 'collect', routes, deliver, ...more })
  return { offsets, handle }
}

const item = (topic = 'items') => ({ topic, type: undefined, key: undefined, body: new Uint8Array(), headers: {} })

describe('a broadcast subscription of a memory transport', () => {
  it('starts where it is told to, such as with the oldest message', async () => {
    const transport = await started()
    await transport.forward([item(), item()])
    const { offsets } = await collect(transport, { broadcast: true, startAt: 'earliest' })
    await turn()
    expect(offsets).to.deep.equal(['0', '1'])
  })

  it('reads topics that appear later, until it is closed', async () => {
    const transport = await started()
    const { offsets, handle } = await collect(transport, { broadcast: true, routes: [], patterns: [/^items/] })
    await transport.forward([item('items-a')])
    await turn()
    await handle.close()
    await transport.forward([item('items-a'), item('items-b')])
    await turn()
    expect(offsets).to.deep.equal(['0'])
  })
})

describe('a starting point of a memory transport', () => {
  it('leaves partitions without an offset to the option of the transport', async () => {
    const transport = await started({ broker: memoryBroker({ partitions: 2 }), startFrom: 'latest' })
    const both = [0, 1].flatMap((partition) => [
      { ...item(), partition },
      { ...item(), partition },
    ])
    await transport.forward(both)
    const startAt = { offsets: [{ topic: 'items', partition: 1, offset: '1' }] }
    const { offsets } = await collect(transport, { startAt })
    await turn()
    expect(offsets).to.deep.equal(['1'])
  })

  for (const [what, offset, wrong] of [
    ['beyond the end', { topic: 'items', partition: 0, offset: '2' }, /items\/0 ends at offset 1, before 2/],
    ['of a partition that is not there', { topic: 'items', partition: 1, offset: '0' }, /does not read partition 1/],
    [
      'of a topic it does not read',
      { topic: 'others', partition: 0, offset: '0' },
      /does not read partition 0 of others/,
    ],
  ] as const) {
    it(`is refused at an offset ${what}`, async () => {
      const transport = await started()
      await transport.forward([item()])
      const error = await failureOf(collect(transport, { startAt: { offsets: [offset] } }))
      expect(error.code).to.equal('GULO_SUBSCRIPTION_INVALID')
      expect(error.message).to.match(wrong)
    })
  }

  it('at a time after the last message is the next one', async () => {
    const transport = await started()
    await transport.forward([item()])
    const { offsets } = await collect(transport, { startAt: { timestamp: 8_640_000_000_000_000 } })
    await transport.forward([item()])
    await turn()
    expect(offsets).to.deep.equal(['1'])
  })
})

describe('the lag of a group of a memory transport', () => {
  it('counts from where the group would start, while it has no position', async () => {
    const earliest = await started()
    await earliest.forward([item(), item()])
    const [entry] = await earliest.lag('new', ['items', 'unknown'])
    expect(entry).to.deep.equal({ topic: 'items', partition: 0, queue: undefined, position: undefined, lag: 2 })
    const latest = await started({ broker: earliest.broker, startFrom: 'latest' })
    expect((await latest.lag('new', ['items'])).map(({ lag }) => lag)).to.deep.equal([0])
  })

  it('makes no topic by asking', async () => {
    const transport = await started()
    expect(await transport.lag('group', ['unknown'])).to.deep.equal([])
    expect(transport.broker.topicsLike(() => true)).to.deep.equal([])
  })
})

describe('moving a group of a memory transport', () => {
  it('sets single partitions to an offset and leaves the others', async () => {
    const transport = await started({ broker: memoryBroker({ partitions: 2 }) })
    await transport.forward([0, 1].map((partition) => ({ ...item(), partition })))
    await transport.moveGroup('group', ['items'], { offsets: [{ topic: 'items', partition: 1, offset: '1' }] })
    expect((await transport.lag('group', ['items'])).map(({ position }) => position)).to.deep.equal([undefined, '1'])
  })

  it('is refused with every fault at once', async () => {
    const transport = await started()
    const error = await failureOf(transport.moveGroup('', ['unknown'], 'first' as never))
    expect(error.message).to.match(/it has no group\. to is "first": .*\. there is no topic unknown\./)
  })
})

describe('a subscription of a memory transport that rests', () => {
  it('is not woken by the redelivery of what it had rejected', async () => {
    const clock = new VirtualClock()
    const transport = await started({ runtime: createRuntime({ clock }), redeliveryDelayMs: 10 })
    let deliveries = 0
    const deliver: TransportSubscription['deliver'] = (messages) =>
      messages.map(async () => {
        if (++deliveries === 1) throw new Error('not yet')
      })
    const { handle } = await collect(transport, { deliver })
    await transport.forward([item()])
    await turn()
    const resting = handle as Awaited<ReturnType<MemoryTransport['subscribe']>>
    resting.pause()
    await clock.advance(1000)
    expect(deliveries).to.equal(1)
    resting.resume()
    await turn()
    expect(deliveries).to.equal(2)
  })

  it('goes on with the topics it is told, and rests for all others there are and will be', async () => {
    const transport = await started()
    const { offsets, handle } = await collect(transport, { patterns: [/^items-/] })
    handle.pause()
    handle.resume(['items', 'items-b'])
    await transport.forward([item('items-a'), item('items-b'), item()])
    await turn()
    expect(offsets).to.have.length(2)
    handle.pause(['items'])
    await transport.forward([item(), item('items-b')])
    await turn()
    expect(offsets).to.have.length(3)
    handle.pause()
    await transport.forward([item('items-b')])
    await turn()
    expect(offsets, 'while all rest again').to.have.length(3)
    handle.resume()
    await turn()
    expect(offsets).to.have.length(6)
  })
})

describe('a message of a memory transport that waits', () => {
  it('arrives when its time has come on the clock of the runtime, not before', async () => {
    const clock = new VirtualClock()
    const transport = await started({ runtime: createRuntime({ clock }) })
    const { offsets } = await collect(transport)
    await transport.forwardAfter([item()], 60_000)
    await clock.advance(59_999)
    await turn()
    expect(offsets).to.deep.equal([])
    await clock.advance(1)
    await turn()
    expect(offsets).to.deep.equal(['0'])
  })

  it('keeps the process alive until its transport stops, and arrives nevertheless', async () => {
    const clock = new VirtualClock()
    const background: (boolean | undefined)[] = []
    const watching: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, action, options) => {
        if (delayMs > 0) background.push(options?.background)
        return clock.after(delayMs, action, options)
      },
    }
    const broker = memoryBroker({ partitions: 1, runtime: createRuntime({ clock: watching }) })
    const [transport, other] = [await started({ broker }), await started({ broker })]
    const { offsets } = await collect(other)
    await transport.forwardAfter([item()], 60_000)
    expect(background).to.deep.equal([false])
    await transport.stop()
    expect(background).to.deep.equal([false, true])
    await clock.advance(60_000)
    await turn()
    expect(offsets).to.deep.equal(['0'])
  })

  it('is not stored at all where one of several cannot be', async () => {
    const clock = new VirtualClock()
    const transport = await started({ runtime: createRuntime({ clock }) })
    const error = await failureOf(transport.forwardAfter([item(), { ...item(), partition: 7 }], 10))
    expect(error.code).to.equal('GULO_PARTITION_UNKNOWN')
    await clock.advance(10)
    expect(transport.broker.messages('items')).to.deep.equal([])
  })

  it('is refused like any other when the broker refuses', async () => {
    const transport = await started()
    transport.broker.faults.failNextPublish(1, new Error('no leader'))
    expect((await failureOf(transport.forwardAfter([item()], 10))).message).to.equal('no leader')
  })
})
