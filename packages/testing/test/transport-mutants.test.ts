import { memoryBroker, memoryTransport } from '@gulo/core'
import { failuresOf, type TransportDriver, type TransportSuiteFacts, transportCases } from '@gulo/testing'
import { expect } from 'chai'
import { broken } from './broken-transport.js'
import { deliveryMutants } from './delivery-mutants.js'
import { disturbanceMutants, rebalanceMutants, unbroken } from './disturbance-mutants.js'
import { handlingMutants } from './handling-mutants.js'
import { lifecycleMutants } from './lifecycle-mutants.js'
import { membershipMutants } from './membership-mutants.js'
import { describeMutants } from './mutants.js'
import { positionMutants } from './position-mutants.js'
import { subscriptionMutants } from './subscription-mutants.js'
import { wireMutants } from './wire-mutants.js'

const facts: TransportSuiteFacts = { maxInFlight: 300, messages: 60, redeliveryDelayMs: 2 }
const slowTitles = new Set([...disturbanceMutants, ...rebalanceMutants].flatMap(({ seenBy }) => seenBy))
const slow = transportCases({ ...facts, patienceMs: 1500 }).filter(({ title }) => slowTitles.has(title))
const able = transportCases({ ...facts, patienceMs: 200, redeliveryDelayMs: 20, disturbances: false }).filter(
  ({ title }) => !slowTitles.has(title),
)
const cases = able.filter(({ notFor }) => notFor === undefined)
const unable = able.filter((each) => !cases.includes(each)).map(({ title }) => title)
const modest = transportCases({ patterns: false, startsAt: 'it forgets', broadcasts: false })

describeMutants<TransportDriver>('transports', cases, [
  ...deliveryMutants,
  ...wireMutants,
  ...lifecycleMutants,
  ...membershipMutants,
  ...handlingMutants,
  {
    does: 'delivers a rejected message again at once',
    make: broken(() => ({}), { redeliveryDelayMs: 0 }),
    seenBy: ['lets a rejected message wait before it delivers it again'],
  },
  ...subscriptionMutants,
  ...positionMutants,
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

describeMutants<TransportDriver>(
  'transports that say they cannot do everything',
  modest.filter(({ title }) => unable.includes(title)),
  [{ does: 'does it nevertheless', make: broken(() => ({})), seenBy: unable }],
)

describeMutants<TransportDriver>('transports, where much happens', slow, [...disturbanceMutants, ...rebalanceMutants])

describe('a driver that breaks nothing', () => {
  it('fails no case but those that its facts rule out', async () => {
    // What other cases have left behind spoils a measurement of memory; a mutant of its own is seen by it.
    const cases = transportCases({ ...facts, patienceMs: 3000 }).filter(({ title }) => !title.includes('not in memory'))
    const failures = await failuresOf(cases, unbroken)
    expect([...failures.keys()]).to.have.members(['gives no message to a second member while the first has it in hand'])
  }).timeout(60_000)
})
