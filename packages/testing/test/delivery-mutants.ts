import type { TransportDriver } from '@gulo/testing'
import { answering, broken, publishing } from './broken-transport.js'
import type { Mutant } from './mutants.js'

const ignore = () => undefined

/** What a transport can do wrong with deliveries and their answers. */
export const deliveryMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'delivers nothing',
    make: answering((messages) => messages.map(() => Promise.resolve())),
    seenBy: [
      'delivers what was published after the subscription began',
      'publishes to several topics at once',
      'gives all messages to the members that stay',
      'loses nothing while members come and go',
      'takes a deliver that throws for a rejection of all',
    ],
  },
  {
    does: 'takes a rejection for an acknowledgement',
    make: answering((_, deliver) => deliver().map((outcome) => outcome.catch(ignore))),
    seenBy: [
      'delivers a rejected message again, unchanged',
      'counts redeliveries from 0 where it counts them',
      'delivers every message in the end when many are rejected',
      'does not acknowledge a rejected message because later ones resolved',
      'gives a message that one member keeps rejecting to the next member',
      'keeps the order of a key when messages are rejected and delivered again',
    ],
  },
  {
    does: 'acknowledges before the handler has run',
    make: answering((_, deliver) =>
      deliver().map((outcome) => {
        outcome.catch(ignore)
        return Promise.resolve()
      }),
    ),
    seenBy: [
      'delivers a rejected message again, unchanged',
      'waits at its stop for what is in flight, and acknowledges it',
      'stops at its deadline, and gives what was in flight to the next member',
      'gives a member that settles nothing a bounded number of messages',
    ],
  },
  {
    does: 'acknowledges all that came before a message that resolved',
    make: answering((_, deliver) => {
      const outcomes = deliver()
      return outcomes.map((outcome, index) => outcome.catch(() => Promise.any(outcomes.slice(index))))
    }),
    seenBy: ['does not acknowledge a rejected message because later ones resolved'],
  },
  {
    does: 'delivers a rejected message again behind all others',
    make: broken(
      (inner) => ({
        subscribe: (subscription) =>
          inner.subscribe({
            ...subscription,
            deliver: (messages) =>
              subscription.deliver(messages).map((outcome, index) =>
                outcome.catch(async () => {
                  const { partition: _, ...message } = messages[index] as (typeof messages)[number]
                  await inner.forward([{ ...message, type: undefined }])
                }),
              ),
          }),
      }),
      { maxInFlight: 1 },
    ),
    seenBy: ['keeps the order of a key when messages are rejected and delivered again'],
  },
  {
    does: 'stands still in every partition once a message is rejected',
    make: broken((inner) => {
      let stuck = false
      const look = (outcome: Promise<void>) =>
        outcome.catch((error) => {
          stuck = true
          throw error
        })
      return {
        subscribe: (subscription) =>
          inner.subscribe({
            ...subscription,
            deliver: (messages) =>
              stuck && messages.every(({ partition }) => partition !== 0)
                ? messages.map(() => Promise.reject(new Error('stuck')))
                : subscription.deliver(messages).map(look),
          }),
      }
    }),
    seenBy: ['goes on in other partitions while a message of one is always rejected'],
  },
  {
    does: 'gives messages in reverse',
    make: publishing((envelopes) => envelopes.toReversed()),
    seenBy: ['delivers messages of one key in order', 'keeps the order of a key among many concurrent publishers'],
  },
  {
    does: 'lets a publish overtake another',
    make: broken((inner) => {
      let number = 0
      return {
        publish: async (envelopes) => {
          if (number++ % 3 === 0) for (let turn = 0; turn < 9; turn++) await Promise.resolve()
          await inner.publish(envelopes)
        },
      }
    }),
    seenBy: ['keeps the order of a key of one publisher that does not wait'],
  },
  {
    does: 'loses every tenth message',
    make: broken((inner) => {
      let number = 0
      return { publish: (envelopes) => inner.publish(envelopes.filter(() => ++number % 10 !== 0)) }
    }),
    seenBy: ['loses nothing of many concurrent publishers', 'delivers messages of one key in order'],
  },
  {
    does: 'knows one group only',
    make: broken((inner) => ({ subscribe: (subscription) => inner.subscribe({ ...subscription, group: 'one' }) })),
    seenBy: ['gives every group all messages'],
  },
  {
    does: 'gives every member a group of its own that starts at the end',
    make: broken(
      (inner) => ({ subscribe: (subscription) => inner.subscribe({ ...subscription, group: String(Math.random()) }) }),
      { startFrom: 'latest' },
    ),
    seenBy: [
      'shares the messages among the members of a group',
      'keeps messages for a group whose members are away',
      'loses nothing while members come and go',
    ],
  },
  {
    does: 'mixes topics',
    make: broken((inner) => ({
      publish: (envelopes) => inner.publish(envelopes.map((envelope) => ({ ...envelope, topic: 'all', partition: 0 }))),
      subscribe: (subscription) => inner.subscribe({ ...subscription, routes: [{ topic: 'all', types: [] }] }),
    })),
    seenBy: ['keeps topics apart', 'delivers what was published after the subscription began'],
  },
  {
    does: 'never answers a publish of nothing',
    make: broken((inner) => ({
      publish: (envelopes) => (envelopes.length === 0 ? new Promise(ignore) : inner.publish(envelopes)),
    })),
    seenBy: ['publishes nothing without complaint'],
  },
]
