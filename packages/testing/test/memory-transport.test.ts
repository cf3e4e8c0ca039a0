import { memoryBroker, type memoryTransport } from '@gulo/core'
import { describeTransport, type TransportDriver, type TransportSuiteFacts } from '@gulo/testing'
import { disturbedMemory } from './disturbed-memory.js'

const drive =
  (options: Parameters<typeof memoryTransport>[0] = {}, partitions = 3) =>
  (): TransportDriver =>
    disturbedMemory(memoryBroker({ partitions }), options)

const inMemory: TransportSuiteFacts = {
  drainsBeforeHandOver: 'it hands partitions over at once, as a lost session does',
  keepsElsewhere: 'the broker is in this process',
  redeliveryDelayMs: 2,
}

describeTransport('the memory transport', drive(), { facts: { ...inMemory, maxInFlight: 300 } })
describeTransport('the memory transport with one partition', drive({}, 1), {
  facts: { ...inMemory, maxInFlight: 100, partitions: 1 },
})
describeTransport('the memory transport with one message in flight', drive({ maxInFlight: 1 }), {
  facts: { ...inMemory, maxInFlight: 3 },
})
