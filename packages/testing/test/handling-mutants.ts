import type { ReceivedMessage } from '@gulo/core'
import type { TransportDriver } from '@gulo/testing'
import { answering, broken, giving } from './broken-transport.js'
import type { Mutant } from './mutants.js'

const ignore = () => undefined
const stuck = () => new Promise<void>(ignore)

/** What a transport can do wrong under a consumer. */
export const handlingMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'hands out one message at a time',
    make: broken(() => ({}), { maxInFlight: 1 }),
    seenBy: [
      'has a consumer handle many keys of a partition at once, each in order',
      'has a consumer go on with other keys while the handler of one is slow',
      'has a consumer handle as many messages at once as its concurrency says, and no more',
    ],
  },
  {
    does: 'forgets keys on the way',
    make: giving((message) => ({
      ...message,
      key: undefined,
      headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => !name.includes('partitionkey'))),
    })),
    seenBy: ['has a consumer handle many keys of a partition at once, each in order'],
  },
  {
    does: 'delivers again what was acknowledged',
    make: answering((_, deliver) => deliver().map((outcome) => outcome.then(() => Promise.reject(new Error('lost'))))),
    seenBy: ['has a consumer try again in place, and acknowledges what succeeds in the end'],
  },
  {
    does: 'forwards nowhere',
    make: broken(() => ({ forward: async () => undefined })),
    seenBy: [
      'sets a message aside that fails for good, as it was, with its origin and its error, and goes on',
      'puts bytes that nobody can read into quarantine, unchanged, and goes on with others of the key',
      'lets others of the key pass a message that is to be tried again later',
    ],
  },
  {
    does: 'forwards without headers',
    make: broken((inner) => ({
      forward: (messages) => inner.forward(messages.map((message) => ({ ...message, headers: {} }))),
    })),
    seenBy: [
      'sets a message aside that fails for good, as it was, with its origin and its error, and goes on',
      'puts bytes that nobody can read into quarantine, unchanged, and goes on with others of the key',
    ],
  },
  {
    does: 'stands still at bytes that are no envelope',
    make: answering((messages, deliver) => (messages.some(isPoison) ? messages.map(stuck) : deliver())),
    seenBy: ['puts bytes that nobody can read into quarantine, unchanged, and goes on with others of the key'],
  },
  {
    does: 'takes a rejection for an acknowledgement',
    make: answering((_, deliver) => deliver().map((outcome) => outcome.catch(ignore))),
    seenBy: [
      'keeps a message whose dead letter cannot be stored, until it can',
      'gives a message to the next member whose attempts a stop has ended',
    ],
  },
  {
    does: 'acknowledges what is in hand when a subscription is closed',
    make: broken((inner) => ({
      subscribe: async (subscription) => {
        let over: () => void = ignore
        const closed = new Promise<void>((resolve) => {
          over = resolve
        })
        const deliver: typeof subscription.deliver = (messages) =>
          subscription.deliver(messages).map((outcome) => Promise.race([outcome, closed]))
        const handle = await inner.subscribe({ ...subscription, deliver })
        return {
          close: (options) => {
            over()
            return handle.close(options)
          },
        }
      },
    })),
    seenBy: ['ends the signal of a handler at the deadline of the stop; the next member gets the message'],
  },
  {
    does: 'holds a key until the retries of its messages are done',
    make: broken(
      (inner) => {
        const held = new Set<string | undefined>()
        return {
          forward: (messages) => {
            for (const { topic, key } of messages) if (topic.includes('.retry.')) held.add(key)
            return inner.forward(messages)
          },
          subscribe: (subscription) =>
            inner.subscribe({
              ...subscription,
              deliver: (messages) =>
                messages.some(({ topic, key }) => held.has(key) && !topic.includes('.retry.'))
                  ? messages.map(stuck)
                  : subscription.deliver(messages),
            }),
        }
      },
      { maxInFlight: 1 },
    ),
    seenBy: ['lets others of the key pass a message that is to be tried again later'],
  },
]

function isPoison({ body }: ReceivedMessage): boolean {
  return body?.[0] === 0xff && body.length === 3
}
