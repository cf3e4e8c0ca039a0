import { type MemoryBroker, type MemoryTransport, memoryTransport, type Transport } from '@gulo/core'
import type { Disturbances, TransportDriver } from '@gulo/testing'

/** A driver of the memory transport whose broker can be away, lose sessions, and lose confirmations. */
export function disturbedMemory(
  broker: MemoryBroker,
  options: Parameters<typeof memoryTransport>[0] = {},
): TransportDriver & { readonly disturb: Disturbances } {
  const groups = new Set<string>()
  let away = false
  const cutConnections = async () => {
    for (const group of groups) broker.rebalance(group)
  }
  return {
    create: () => {
      const transport = memoryTransport({ broker, redeliveryDelayMs: 2, ...options })
      return absent(transport, groups, () => away)
    },
    disturb: {
      cutConnections,
      restartBroker: async () => {
        broker.faults.failNextPublish(5)
        broker.faults.loseNextConfirm(3)
        await cutConnections()
      },
      whileAway: async (work) => {
        away = true
        await work().finally(() => {
          away = false
        })
        await cutConnections()
      },
    },
  }
}

/** A transport that is refused everything while its broker is away. */
function absent(transport: MemoryTransport, groups: Set<string>, away: () => boolean): Transport {
  const { start, publish, subscribe, health } = transport
  const unlessAway = async () => {
    if (away()) throw new Error('the broker is away')
  }
  return Object.assign(transport, {
    start: () => unlessAway().then(() => start.call(transport)),
    publish: (...given: Parameters<typeof publish>) => (away() ? unlessAway() : publish.apply(transport, given)),
    subscribe: (...given: Parameters<typeof subscribe>) => {
      groups.add(given[0].group)
      return subscribe.apply(transport, given)
    },
    health: async () => (away() ? { status: 'down' as const } : health.call(transport)),
  })
}
