import type { ListingSubscription, PausableSubscription } from '@gulo/core'
import type { TransportDriver } from '@gulo/testing'
import { broken, resting, subscribing } from './broken-transport.js'
import type { Mutant } from './mutants.js'

const ignore = () => undefined
const NOTHING: PausableSubscription = { close: async () => undefined, pause: ignore, resume: ignore }

/** What a transport can do wrong with patterns, broadcasts and rests. */
export const subscriptionMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'reads every topic for a pattern',
    make: subscribing(({ patterns = [] }) => ({ patterns: patterns.map(() => /./) })),
    seenBy: ['reads the topics that match a pattern, and no others'],
  },
  {
    does: 'looks for the topics of a pattern once, and takes them as they come',
    make: subscribing(({ routes, patterns = [] }, broker) => {
      const found = broker.topicsLike((topic) => patterns.some((pattern) => pattern.test(topic)))
      return { routes: [...routes, ...found.map(({ name }) => ({ topic: name, types: [] }))], patterns: [] }
    }),
    seenBy: [
      'reads a topic that appears later from its first message',
      'reads no dead letters, quarantine or retries by a pattern',
    ],
  },
  {
    does: 'tells the topics it was given only',
    make: broken((inner) => ({
      subscribe: async (subscription) => {
        const handle = await inner.subscribe(subscription)
        const close: typeof handle.close = (options) => handle.close(options)
        return { close, topics: () => subscription.routes.map(({ topic }) => topic) } as ListingSubscription
      },
    })),
    seenBy: ['tells which topics its patterns have found, where it can tell at all'],
  },
  {
    does: 'subscribes for names and for patterns by itself',
    make: broken((inner) => ({
      subscribe: async (subscription) => {
        const { group, routes, patterns = [] } = subscription
        const named = await inner.subscribe({ ...subscription, patterns: [] })
        if (routes.length > 0 && patterns.length > 0)
          await inner.subscribe({ ...subscription, group: `${group}-patterns`, routes: [] })
        return named
      },
    })),
    seenBy: ['delivers a message once where its topic is named and matches a pattern as well'],
  },
  {
    does: 'takes any pattern and any starting point',
    make: broken((inner) => ({ subscribe: (subscription) => inner.subscribe(subscription).catch(() => NOTHING) })),
    seenBy: ['refuses patterns that are none', 'refuses a starting point that is none'],
  },
  {
    does: 'takes a broadcast for a subscription like any other',
    make: subscribing(() => ({ broadcast: false })),
    seenBy: [
      'gives every broadcast subscription of a group all messages, and the group its own',
      'gives a broadcast subscription what is published while it is there, and keeps nothing for it before and after',
      'delivers a message again to the one broadcast subscription that rejected it',
    ],
  },
  {
    does: 'keeps a group for broadcasts',
    make: subscribing(({ group, broadcast }) => (broadcast ? { broadcast: false, group: `${group}-broadcast` } : {})),
    seenBy: [
      'gives a broadcast subscription what is published while it is there, and keeps nothing for it before and after',
    ],
  },
  {
    does: 'publishes again what one subscription rejected',
    make: broken((inner) => ({
      subscribe: (subscription) =>
        inner.subscribe({
          ...subscription,
          deliver: (messages) =>
            subscription.deliver(messages).map((outcome, index) =>
              outcome.catch(async () => {
                await inner.forward([{ ...(messages[index] as (typeof messages)[number]), type: undefined }])
              }),
            ),
        }),
    })),
    seenBy: ['delivers a message again to the one broadcast subscription that rejected it'],
  },
  {
    does: 'does not rest',
    make: resting(() => ({ pause: ignore })),
    seenBy: [
      'gives a resting subscription nothing, and everything in order once it goes on',
      'rests for some topics while it goes on with others',
      'leaves its partitions to nobody while it rests',
    ],
  },
  {
    does: 'rests for all topics when told some',
    make: resting((handle) => ({ pause: () => handle.pause() })),
    seenBy: ['rests for some topics while it goes on with others'],
  },
  {
    does: 'never ends its rest',
    make: resting(() => ({ resume: ignore })),
    seenBy: ['gives a resting subscription nothing, and everything in order once it goes on'],
  },
  {
    does: 'leaves its group to rest',
    make: resting((handle, again) => ({ pause: () => void handle.close(), resume: () => void again() })),
    seenBy: ['leaves its partitions to nobody while it rests'],
  },
  {
    does: 'forgets what is in flight when it rests',
    make: broken((inner) => ({
      subscribe: async (subscription) => {
        let rested = false
        const forget = async () => {
          if (rested) throw new Error('forgotten')
        }
        const deliver: typeof subscription.deliver = (messages) =>
          subscription.deliver(messages).map((outcome) => outcome.then(forget))
        const handle = await inner.subscribe({ ...subscription, deliver })
        return {
          close: (options) => handle.close(options),
          pause: () => {
            rested = true
          },
        } as PausableSubscription
      },
    })),
    seenBy: ['lets what is in flight go on while a subscription rests, and acknowledges it'],
  },
]
