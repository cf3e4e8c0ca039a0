import { memoryBroker, memoryTransport } from '@gulo/core'
import { describeTransport, type TransportDriver } from '@gulo/testing'

const drive =
  (options: Parameters<typeof memoryTransport>[0] = {}, partitions = 3) =>
  (): TransportDriver => {
    const broker = memoryBroker({ partitions })
    return { create: () => memoryTransport({ broker, redeliveryDelayMs: 2, ...options }) }
  }

describeTransport('the memory transport', drive(), { facts: { maxInFlight: 300 } })
describeTransport('the memory transport with one partition', drive({}, 1), {
  facts: { maxInFlight: 100, partitions: 1 },
})
describeTransport('the memory transport with one message in flight', drive({ maxInFlight: 1 }), {
  facts: { maxInFlight: 3 },
})
