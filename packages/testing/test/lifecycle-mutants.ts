import type { TransportDriver } from '@gulo/testing'
import { broken } from './broken-transport.js'
import type { Mutant } from './mutants.js'

/** What a transport can do wrong when it starts, stops or is misused. */
export const lifecycleMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'does not wait for what is in flight at its stop',
    make: broken((inner) => ({
      stop: async () => {
        inner.stop({ deadlineMs: 50 }).catch(() => undefined)
      },
    })),
    seenBy: ['waits at its stop for what is in flight, and acknowledges it'],
  },
  {
    does: 'forgets at its stop to acknowledge what is done',
    make: broken((inner) => ({
      subscribe: (subscription) =>
        inner.subscribe({
          ...subscription,
          deliver: (messages) =>
            subscription.deliver(messages).map((outcome) => outcome.then(() => Promise.reject(new Error('no')))),
        }),
    })),
    seenBy: ['waits at its stop for what is in flight, and acknowledges it'],
  },
  {
    does: 'waits at its stop for ever',
    make: broken(() => ({ stop: () => new Promise(() => undefined) })),
    seenBy: ['stops at its deadline, and gives what was in flight to the next member'],
  },
  {
    does: 'goes on delivering to a closed subscription',
    make: broken((inner) => ({
      subscribe: async (subscription) => {
        await inner.subscribe(subscription)
        return { close: async () => undefined }
      },
    })),
    seenBy: ['delivers nothing more to a subscription that is closed'],
  },
  {
    does: 'takes messages before its start and after its stop',
    make: broken((inner) => ({
      publish: (envelopes) => inner.publish(envelopes).catch(() => undefined),
      subscribe: (subscription) => inner.subscribe(subscription).catch(() => ({ close: async () => undefined })),
    })),
    seenBy: [
      'refuses to publish and to subscribe before it is started',
      'refuses to work after its stop, and says what is unsent',
      'refuses a subscription without a group or without a topic',
    ],
  },
  {
    does: 'starts again without a word',
    make: broken((inner) => ({ start: () => inner.start().catch(() => undefined) })),
    seenBy: ['refuses to start twice', 'refuses to work after its stop, and says what is unsent'],
  },
  {
    does: 'complains of a second stop',
    make: broken((inner) => {
      let stopped = false
      return {
        stop: async (options) => {
          if (stopped) throw new Error('stopped already')
          stopped = true
          await inner.stop(options)
        },
      }
    }),
    seenBy: ['stops twice, and unstarted, without complaint'],
  },
  {
    does: 'always calls itself up',
    make: broken(() => ({ health: async () => ({ status: 'up' }) })),
    seenBy: ['says that it is up once started, and down after its stop, where it says so at all'],
  },
]
