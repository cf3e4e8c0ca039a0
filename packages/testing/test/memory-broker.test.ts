import {
  createRuntime,
  type Envelope,
  type MemoryTransport,
  memoryBroker,
  memoryTransport,
  type ReceivedMessage,
} from '@gulo/core'
import { VirtualClock } from '@gulo/testing'
import { expect } from 'chai'

const runtime = createRuntime()

function envelope(more: Partial<Envelope> = {}): Envelope {
  const id = runtime.newId()
  return {
    id,
    type: 'shop.item.changed.v1',
    source: 'shop',
    topic: 'items',
    payload: {},
    partitionKey: 'same',
    ...more,
  }
}

/** Subscribes a member; the answer tells the offsets it was given. */
async function collect(
  transport: MemoryTransport,
  work: (message: ReceivedMessage, number: number) => Promise<void> | void = () => undefined,
) {
  const offsets: string[] = []
  const deliver = (messages: readonly ReceivedMessage[]) =>
    messages.map(async (message) => work(message, offsets.push(String(message.offset))))
  const subscription = await transport.subscribe({ group: 'group', action: 'collect', routes: [route], deliver })
  return { offsets, subscription }
}

const route = { topic: 'items', types: [] }

/** Lets the event loop turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

async function started(options: Parameters<typeof memoryTransport>[0] = {}): Promise<MemoryTransport> {
  const transport = memoryTransport({ redeliveryDelayMs: 0, ...options })
  await transport.start()
  return transport
}

describe('a memory broker on a virtual clock', () => {
  it('delivers without the clock being moved', async () => {
    const transport = await started({ runtime: createRuntime({ clock: new VirtualClock() }) })
    const { offsets } = await collect(transport)
    await transport.publish(Array.from({ length: 500 }, () => envelope()))
    await turn()
    expect(offsets).to.have.length(500)
  })

  it('delivers a rejected message again once its delay has passed, not before', async () => {
    const clock = new VirtualClock()
    const transport = await started({ runtime: createRuntime({ clock }), redeliveryDelayMs: 1000 })
    const { offsets } = await collect(transport, (_, number) => {
      if (number === 1) throw new Error('not yet')
    })
    await transport.publish([envelope()])
    await turn()
    await clock.advance(999)
    await turn()
    expect(offsets).to.deep.equal(['0'])
    await clock.advance(1)
    await turn()
    expect(offsets).to.deep.equal(['0', '0'])
  })

  it('stamps messages with its time', async () => {
    const clock = new VirtualClock()
    const broker = memoryBroker({ runtime: createRuntime({ clock }) })
    const transport = await started({ broker })
    await transport.publish([envelope()])
    expect(broker.messages('items')[0]?.timestamp).to.equal(clock.now())
  })
})

describe('a memory broker whose members publish without end', () => {
  it('lets the event loop turn', async () => {
    const transport = await started()
    let going = true
    await collect(transport, async () => {
      if (going) await transport.publish([envelope()])
    })
    await transport.publish([envelope()])
    await new Promise((resolve) => setTimeout(resolve, 1))
    await turn()
    going = false
    await transport.stop()
  })
})

describe('a memory broker with faults', () => {
  it('refuses the next publishes, stores nothing of them and says what is unsent', async () => {
    const transport = await started()
    transport.broker.faults.failNextPublish(1, new Error('no leader'))
    const event = envelope()
    const error = await transport.publish([event]).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('code', 'GULO_NOT_STORED')
    expect(error).to.have.nested.property('details.unsent').that.deep.equals([event])
    expect(error).to.have.property('message').that.includes('no leader')
    expect(transport.broker.messages('items')).to.have.length(0)
    await transport.publish([event])
    expect(transport.broker.messages('items')).to.have.length(1)
  })

  it('loses a confirmation of what it has stored', async () => {
    const transport = await started()
    transport.broker.faults.loseNextConfirm()
    const error = await transport.publish([envelope()]).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('code', 'GULO_NOT_STORED')
    expect(transport.broker.messages('items')).to.have.length(1)
  })

  it('delivers again what was handled when the acknowledgement gets lost', async () => {
    const transport = await started({ runtime: createRuntime({ clock: new VirtualClock() }) })
    transport.broker.faults.dropAcknowledgement()
    const { offsets, subscription } = await collect(transport)
    await transport.publish([envelope()])
    await turn()
    await subscription.close()
    const next = await collect(transport)
    await turn()
    expect([offsets, next.offsets]).to.deep.equal([['0'], ['0']])
  })

  it('delivers a message twice in a row', async () => {
    const transport = await started()
    transport.broker.faults.duplicateDelivery()
    const { offsets } = await collect(transport)
    await transport.publish([envelope(), envelope()])
    await turn()
    expect(offsets).to.deep.equal(['0', '0', '1'])
  })

  it('forgets the faults that have not happened when told so', async () => {
    const transport = await started()
    transport.broker.faults.failNextPublish()
    transport.broker.faults.clear()
    await transport.publish([envelope()])
    expect(transport.broker.messages('items')).to.have.length(1)
  })
})

describe('a group of a memory broker that is rebalanced', () => {
  it('delivers again what was in flight, and does not acknowledge what the former owner does with it', async () => {
    const transport = await started({ runtime: createRuntime({ clock: new VirtualClock() }) })
    const releases: (() => void)[] = []
    const { offsets } = await collect(transport, () => new Promise((resolve) => releases.push(resolve)))
    await transport.publish([envelope(), envelope()])
    await turn()
    transport.broker.rebalance('group')
    await turn()
    expect(offsets).to.deep.equal(['0', '1', '0', '1'])
    for (const release of releases.splice(0, 2)) release()
    await turn()
    transport.broker.rebalance('group')
    await turn()
    expect(offsets.slice(4)).to.deep.equal(['0', '1'])
    for (const release of releases) release()
    await turn()
    transport.broker.rebalance('group')
    await turn()
    expect(offsets).to.have.length(6)
  })

  it('gives a partition of a busy member to one that joins', async () => {
    const broker = memoryBroker({ partitions: 2 })
    const [busy, joining] = [await started({ broker }), await started({ broker })]
    const first = await collect(busy, () => new Promise(() => undefined))
    await busy.publish([envelope({ partition: 0 }), envelope({ partition: 1 })])
    await turn()
    const second = await collect(joining)
    await turn()
    expect(first.offsets).to.have.length(2)
    expect(second.offsets).to.deep.equal(['0'])
    await busy.stop({ deadlineMs: 1 }).catch(() => undefined)
  })
})

describe('a partition of a memory broker with messages in flight', () => {
  it('hands out no message of a key that is in flight, so that a failure cannot be overtaken', async () => {
    const transport = await started({ broker: memoryBroker({ partitions: 1 }) })
    const releases: (() => void)[] = []
    const { offsets } = await collect(transport, () => new Promise((resolve) => releases.push(resolve)))
    await transport.publish([envelope({ partitionKey: 'a' })])
    await turn()
    await transport.publish([envelope({ partitionKey: 'b' }), envelope({ partitionKey: 'a' })])
    await turn()
    expect(offsets).to.deep.equal(['0', '1'])
    releases[0]?.()
    await turn()
    expect(offsets).to.deep.equal(['0', '1', '2'])
    for (const release of releases) release()
    await transport.stop()
  })

  it('delivers none of them again before all have settled', async () => {
    const clock = new VirtualClock()
    const broker = memoryBroker({ partitions: 1 })
    const transport = await started({ broker, runtime: createRuntime({ clock }) })
    const releases: (() => void)[] = []
    const { offsets } = await collect(transport, (_, number) => {
      if (number === 1) throw new Error('not yet')
      return new Promise((resolve) => releases.push(resolve))
    })
    await transport.publish([envelope({ partitionKey: 'a' }), envelope({ partitionKey: 'b' })])
    await clock.advance(1000)
    expect(offsets, 'while the second is in flight').to.deep.equal(['0', '1'])
    releases[0]?.()
    await clock.advance(1000)
    expect(offsets).to.deep.equal(['0', '1', '0', '1'])
  })

  it('hands out nothing to a subscription that is closed in the same turn', async () => {
    const transport = await started()
    const { offsets, subscription } = await collect(transport)
    await Promise.all([transport.publish([envelope()]), subscription.close()])
    await turn()
    expect(offsets).to.deep.equal([])
  })
})

describe('a member of a memory broker that is leaving', () => {
  it('is given no partition of a member that leaves before it', async () => {
    const broker = memoryBroker({ partitions: 3 })
    const [first, second] = [await started({ broker }), await started({ broker })]
    const { offsets, subscription } = await collect(first, () => new Promise(() => undefined))
    await collect(second)
    await second.publish([envelope({ partition: 0 })])
    await turn()
    const closing = subscription.close({ deadlineMs: 50 }).catch(() => undefined)
    await second.publish([envelope({ partition: 1 }), envelope({ partition: 1 })])
    await second.stop()
    await first.publish([envelope({ partition: 1 })])
    await turn()
    expect(offsets).to.deep.equal(['0'])
    await closing
  })
})

describe('a memory transport', () => {
  it('says in its stop what the deadline cut off', async () => {
    const transport = await started()
    await collect(transport, () => new Promise(() => undefined))
    await transport.publish([envelope()])
    await turn()
    const error = await transport.stop({ deadlineMs: 1 }).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('code', 'GULO_STOP_DEADLINE')
  })

  it('starts new groups with the next message where told so', async () => {
    const transport = await started({ startFrom: 'latest' })
    await transport.publish([envelope()])
    const { offsets } = await collect(transport)
    await transport.publish([envelope()])
    await turn()
    expect(offsets).to.deep.equal(['1'])
  })

  it('refuses a partition that is not there', async () => {
    const transport = await started()
    const error = await transport.publish([envelope({ partition: 3 })]).catch((thrown: unknown) => thrown)
    expect(error).to.have.nested.property('cause.code', 'GULO_PARTITION_UNKNOWN')
  })

  it('reports all faults of its options at once', () => {
    expect(() => memoryTransport({ redeliveryDelayMs: -1, maxInFlight: 0 }))
      .to.throw(/redeliveryDelayMs is -1.*maxInFlight is 0/)
      .with.property('code', 'GULO_CONFIGURATION_INVALID')
    expect(() => memoryBroker({ partitions: 0 })).to.throw('partitions is 0')
  })

  it('keeps its messages from the hands of those who publish and receive them', async () => {
    const transport = await started()
    const body = Uint8Array.of(1, 2, 3)
    await transport.forward([{ topic: 'items', type: undefined, key: undefined, body, headers: {} }])
    body[0] = 9
    transport.broker.messages('items')[0]?.body?.fill(9)
    expect([...(transport.broker.messages('items')[0]?.body ?? [])]).to.deep.equal([1, 2, 3])
  })
})
