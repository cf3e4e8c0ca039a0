import { memoryBroker, memoryTransport } from '@gulo/core'
import { type TransportDriver, transportCases } from '@gulo/testing'
import { broken } from './broken-transport.js'
import { deliveryMutants } from './delivery-mutants.js'
import { lifecycleMutants } from './lifecycle-mutants.js'
import { describeMutants } from './mutants.js'
import { wireMutants } from './wire-mutants.js'

const cases = transportCases({ patienceMs: 200, maxInFlight: 300, messages: 60 })

describeMutants<TransportDriver>('transports', cases, [
  ...deliveryMutants,
  ...wireMutants,
  ...lifecycleMutants,
  {
    does: 'hands out everything at once',
    make: broken(() => ({}), { maxInFlight: 1_000_000 }),
    seenBy: ['gives a member that settles nothing a bounded number of messages'],
  },
  {
    does: 'starts new groups at the end',
    make: broken(() => ({}), { startFrom: 'latest' }),
    seenBy: ['gives a new group what was published before it came'],
  },
  {
    does: 'delivers messages twice',
    make: () => {
      const broker = memoryBroker()
      broker.faults.duplicateDelivery(1000)
      return { create: () => memoryTransport({ broker }) }
    },
    seenBy: ['delivers no message twice while nothing fails'],
  },
])
