import { memoryBroker } from '@gulo/core'
import type { Disturbances, TransportDriver } from '@gulo/testing'
import { type AnyTransport, broken } from './broken-transport.js'
import { disturbedMemory } from './disturbed-memory.js'
import type { Mutant } from './mutants.js'

const nothing = async () => undefined

/** Drivers that break once they are disturbed; `disturbed` tells whether they have been. */
function brokenBy(
  disturb: (inner: Required<Disturbances>) => Disturbances,
  exchange: (inner: AnyTransport, disturbed: () => boolean) => Partial<AnyTransport>,
): () => TransportDriver {
  return () => {
    const driver = disturbedMemory(memoryBroker())
    let disturbed = false
    const noted = (work: (after: () => Promise<void>) => Promise<void>) => async (after: () => Promise<void>) => {
      await work(after)
      disturbed = true
    }
    const given = disturb({ deleteTopic: nothing, deleteQueue: nothing, ...driver.disturb } as Required<Disturbances>)
    return {
      create: () => {
        const inner = driver.create() as AnyTransport
        return Object.assign(
          inner,
          exchange(bound(inner), () => disturbed),
        )
      },
      disturb: Object.fromEntries(
        Object.entries(given).map(([name, work]) => [name, noted(work as Parameters<typeof noted>[0])]),
      ) as Disturbances,
    }
  }
}

const ANY = (inner: Required<Disturbances>): Disturbances => inner

/** A driver that breaks nothing. */
export const unbroken = brokenBy(ANY, () => ({}))

/** What a transport can do wrong when its broker is disturbed. */
export const disturbanceMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'answers for what it publishes to a broker that is not there',
    make: brokenBy(ANY, (inner) => ({ publish: (envelopes) => inner.publish(envelopes).catch(() => undefined) })),
    seenBy: ['loses nothing it answered for when the broker restarts amid publishing and consuming'],
  },
  {
    does: 'reads nothing more once its broker has been disturbed',
    make: brokenBy(ANY, (inner, disturbed) => ({
      subscribe: (subscription) =>
        inner.subscribe({
          ...subscription,
          deliver: (messages) =>
            disturbed() ? messages.map(() => new Promise(() => undefined)) : subscription.deliver(messages),
        }),
    })),
    seenBy: [
      'loses nothing it answered for when the broker restarts amid publishing and consuming',
      'loses nothing it answered for when its connections are cut, again and again',
      'keeps each key in order when its connections are cut',
      'reads a topic again that is deleted under it, or says that it cannot',
      'has its queue again that is deleted under it, or says that it cannot',
    ],
  },
  {
    does: 'calls itself ill for ever after',
    make: brokenBy(ANY, (inner, disturbed) => ({
      health: async () => (disturbed() ? { status: 'degraded' } : inner.health()),
    })),
    seenBy: [
      'loses nothing it answered for when the broker restarts amid publishing and consuming',
      'loses nothing it answered for when its connections are cut, again and again',
      'delivers what was unsettled when the connections were cut, once it is settled again',
    ],
  },
  {
    does: 'calls itself up while its broker is away',
    make: brokenBy(ANY, () => ({ health: async () => ({ status: 'up' }) })),
    seenBy: ['says that it is not up while its broker is away, answers publishes in time, and goes on once it is back'],
  },
  {
    does: 'never answers a publish that its broker did not take',
    make: brokenBy(ANY, (inner) => ({
      publish: (envelopes) => inner.publish(envelopes).catch(() => new Promise(() => undefined)),
    })),
    seenBy: ['says that it is not up while its broker is away, answers publishes in time, and goes on once it is back'],
  },
  {
    does: 'cannot start again once it was refused',
    make: brokenBy(ANY, (inner) => {
      let refused: unknown
      return {
        start: async () => {
          if (refused !== undefined) throw refused
          await inner.start().catch((error: unknown) => {
            refused = error
            throw error
          })
        },
      }
    }),
    seenBy: ['stops while its broker is away, and one that could not start then starts once it is back'],
  },
  {
    does: 'lets new messages overtake those before the disturbance',
    make: brokenBy(ANY, (inner, disturbed) => {
      let held: (() => void)[] | undefined = []
      return {
        publish: async (envelopes) => {
          // The first after it comes last but five.
          if (disturbed() && held?.length === 0) {
            held.push(() => void inner.publish(envelopes))
            setTimeout(() => {
              for (const publish of held ?? []) publish()
              held = undefined
            }, 50)
            return
          }
          await inner.publish(envelopes)
        },
      }
    }),
    seenBy: ['keeps each key in order when its connections are cut'],
  },
]

/** What a transport can do wrong when a second member comes. */
export const rebalanceMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'acknowledges what a member has in hand when another one comes',
    make: broken((inner, broker) => {
      return {
        subscribe: (subscription) => {
          const crowded = broker.group(subscription.group).size > 0
          const deliver: typeof subscription.deliver = (messages) => messages.map(() => Promise.resolve())
          return inner.subscribe(crowded ? { ...subscription, deliver } : subscription)
        },
      }
    }),
    seenBy: [
      'loses nothing when a second member comes and goes amid handling',
      'keeps each key in order when a second member comes and goes amid handling',
      'gives no message to a second member while the first has it in hand',
    ],
  },
  {
    does: 'hands over what is in hand',
    make: broken(() => ({})),
    seenBy: ['gives no message to a second member while the first has it in hand'],
  },
  {
    does: 'keeps everything in memory',
    make: broken(() => ({})),
    seenBy: ['leaves 10000 waiting messages at the broker, not in memory'],
  },
  {
    does: 'puts keys anywhere while members come and go',
    make: broken((inner) => {
      let number = 0
      return {
        publish: (envelopes) =>
          inner.publish(envelopes.map((envelope) => ({ ...envelope, partition: Math.floor(number++ / 7) % 3 }))),
      }
    }),
    seenBy: ['keeps each key in order when a second member comes and goes amid handling'],
  },
]

function bound(inner: AnyTransport): AnyTransport {
  const { start, publish, subscribe, health } = inner
  return {
    ...inner,
    start: start.bind(inner),
    publish: publish.bind(inner),
    subscribe: subscribe.bind(inner),
    health: health.bind(inner),
  }
}
