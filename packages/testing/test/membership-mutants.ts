import type { TransportDriver } from '@gulo/testing'
import { answering, broken } from './broken-transport.js'
import type { Mutant } from './mutants.js'

const ignore = () => undefined

/** What a transport can do wrong with members that come, leave and come again. */
export const membershipMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'loses what it hands to a member while another one comes',
    make: broken((inner, broker) => ({
      subscribe: async (subscription) => {
        const crowded = broker.group(subscription.group).size > 0
        const deliver: typeof subscription.deliver = (messages) => messages.map(() => Promise.resolve())
        return inner.subscribe(crowded ? { ...subscription, deliver } : subscription)
      },
    })),
    seenBy: ['gives the members of a group all messages when they come all at once'],
  },
  {
    does: 'takes subscriptions that are made at once for one',
    make: broken((inner) => {
      let last: Parameters<typeof inner.subscribe>[0] | undefined
      return {
        subscribe: async (subscription) => {
          last = subscription
          await Promise.resolve()
          return inner.subscribe({ ...last, group: subscription.group })
        },
      }
    }),
    seenBy: ['subscribes to many topics at once, and gives each subscription its own'],
  },
  {
    does: 'forgets a group once nobody is left',
    make: broken(
      (inner, broker) => ({
        subscribe: async (subscription) => {
          const { group } = subscription
          const name = broker.group(group).size === 0 ? `${group}-${Math.random()}` : group
          return inner.subscribe({ ...subscription, group: name })
        },
      }),
      { startFrom: 'latest' },
    ),
    seenBy: [
      'keeps all messages for the one who comes after members that came and left all at once',
      'gives everything to the member that comes after others who rejected all',
      'gives what a closed subscription left to a new one of the same transport',
    ],
  },
  {
    does: 'acknowledges what it hands out when it hands it out',
    make: answering((messages, deliver) => {
      setImmediate(() => deliver().map((outcome) => outcome.catch(ignore)))
      return messages.map(() => Promise.resolve())
    }),
    seenBy: [
      'gives everything to the member that comes after others who rejected all',
      'gives what a closed subscription left to a new one of the same transport',
    ],
  },
  {
    does: 'acknowledges everything there is when it stops',
    make: broken(
      (inner) => {
        let stopped = false
        return {
          subscribe: (subscription) =>
            inner.subscribe({
              ...subscription,
              deliver: (messages) => (stopped ? messages.map(() => Promise.resolve()) : subscription.deliver(messages)),
            }),
          stop: async (options) => {
            stopped = true
            await new Promise((resolve) => setTimeout(resolve, 10))
            await inner.stop(options)
          },
        }
      },
      { maxInFlight: 4 },
    ),
    seenBy: ['loses nothing to members that leave in the midst, one after another'],
  },
  {
    does: 'answers publishes that it forgets at its stop',
    make: broken((inner) => {
      let first: Promise<void> | undefined
      return {
        publish: (envelopes) => {
          if (first === undefined) {
            first = inner.publish(envelopes)
            return first
          }
          return Promise.resolve()
        },
      }
    }),
    seenBy: ['has stored all that it answered for when it stops amid publishing'],
  },
]
