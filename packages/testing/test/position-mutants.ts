import { systemClock, type Timer } from '@gulo/core'
import type { TransportDriver } from '@gulo/testing'
import { broken, subscribing } from './broken-transport.js'
import type { Mutant } from './mutants.js'

const ignore = () => undefined
let made = 0

/** What a transport can do wrong with starting points, lag, moves and delays. */
export const positionMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'starts every group with the oldest message',
    make: subscribing(() => ({ startAt: 'earliest' })),
    seenBy: [
      'starts a new group with the next message where told so',
      'starts a new group at a time',
      'starts a new group at given offsets',
    ],
  },
  {
    does: 'starts every group with the next message',
    make: subscribing(() => ({ startAt: 'latest' })),
    seenBy: ['starts a new group with the oldest message where told so', 'starts a new group at a time'],
  },
  {
    does: 'starts a group anew that has a position',
    make: subscribing(({ group, startAt }) => (startAt === undefined ? {} : { group: `${group}-${++made}` })),
    seenBy: ['never moves a group that has a position'],
  },
  {
    does: 'sees no lag',
    make: broken(() => ({ lag: async () => [] })),
    seenBy: ['says how many messages a group has not handled, down to 0'],
  },
  {
    does: 'moves no group',
    make: broken(() => ({ moveGroup: async () => undefined })),
    seenBy: [
      'gives a group all messages again that is moved to the beginning',
      'gives a group what is of a time on that is moved there',
      'leaves out what a group has not handled that is moved to the end',
      'refuses to move a group that has members, or to nowhere',
    ],
  },
  {
    does: 'does not say why it moves no group',
    make: broken((inner) => ({ moveGroup: (...wanted) => inner.moveGroup(...wanted).catch(ignore) })),
    seenBy: ['refuses to move a group that has members, or to nowhere'],
  },
  {
    does: 'does not wait',
    make: broken((inner) => ({ forwardAfter: (messages) => inner.forward(messages) })),
    seenBy: [
      'delivers a message that waits no earlier than told, and as it was given',
      'lets others pass a message that waits',
      'refuses a delay that is no length of time',
    ],
  },
  {
    does: 'loses what waits when it stops',
    make: broken((inner) => {
      const timers: Timer[] = []
      return {
        forwardAfter: async (messages, delayMs) => {
          timers.push(systemClock.after(delayMs, () => void inner.forward(messages)))
        },
        stop: (options) => {
          for (const timer of timers) timer.cancel()
          return inner.stop(options)
        },
      }
    }),
    seenBy: ['keeps a message that waits when the transport stops that sent it'],
  },
]
