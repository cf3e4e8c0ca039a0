import { GuloError } from '@gulo/core'
import type { TransportDriver } from '@gulo/testing'
import { broken, giving, publishing } from './broken-transport.js'
import type { Mutant } from './mutants.js'

const latin1 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))

/** What a transport can do wrong with bytes, headers and keys. */
export const wireMutants: readonly Mutant<TransportDriver>[] = [
  {
    does: 'loses the tenant',
    make: publishing((envelopes) => envelopes.map((envelope) => ({ ...envelope, tenantId: undefined }))),
    seenBy: ['keeps all that an envelope says'],
  },
  {
    does: 'cuts bodies at 64 kB',
    make: giving((message) => ({ ...message, body: message.body?.slice(0, 65_536) ?? null })),
    seenBy: ['carries a payload of a megabyte'],
  },
  {
    does: 'takes bodies for text',
    make: giving((message) => ({
      ...message,
      body: message.body && new TextEncoder().encode(new TextDecoder().decode(message.body)),
    })),
    seenBy: ['carries bytes as payload', 'forwards bytes, key and headers as they are'],
  },
  {
    does: 'makes an empty body of a tombstone',
    make: giving((message) => ({ ...message, body: message.body ?? new Uint8Array() })),
    seenBy: ['carries a tombstone', 'forwards a tombstone'],
  },
  {
    does: 'makes a tombstone of an empty body',
    make: giving((message) => ({ ...message, body: message.body?.length ? message.body : null })),
    seenBy: ['forwards an empty body as an empty body'],
  },
  {
    does: 'takes header values for latin-1',
    make: broken((inner) => ({
      forward: (messages) =>
        inner.forward(
          messages.map((message) => ({
            ...message,
            headers: Object.fromEntries(
              Object.entries(message.headers).map(([name, value]) => [
                name,
                typeof value === 'string' ? latin1(value) : '',
              ]),
            ),
          })),
        ),
    })),
    seenBy: ['forwards bytes, key and headers as they are', 'forwards header values of any bytes'],
  },
  {
    does: 'does not say what is unsent',
    make: broken((inner) => ({
      publish: async (envelopes) => {
        try {
          await inner.publish(envelopes)
        } catch {
          throw new Error('something is wrong')
        }
      },
    })),
    seenBy: [
      'says which envelopes are not stored when one cannot be written',
      'refuses to work after its stop, and says what is unsent',
    ],
  },
  {
    does: 'gives fewer errors than there are unsent envelopes',
    make: broken((inner) => ({
      publish: async (envelopes) => {
        try {
          await inner.publish(envelopes)
        } catch (error) {
          if (GuloError.is(error)) Object.assign(error.details, { failures: [] })
          throw error
        }
      },
    })),
    seenBy: ['says which envelopes are not stored when one cannot be written'],
  },
  {
    does: 'forgets what it could have sent, and does not say so',
    make: broken((inner) => ({
      publish: async (envelopes) => {
        try {
          JSON.stringify(envelopes)
        } catch {
          return inner.publish(envelopes.slice(1, 2))
        }
        return inner.publish(envelopes)
      },
    })),
    seenBy: ['says which envelopes are not stored when one cannot be written'],
  },
  {
    does: 'puts keys anywhere',
    make: broken((inner) => {
      let number = 0
      return {
        publish: (envelopes) => inner.publish(envelopes.map((envelope) => ({ ...envelope, partition: number++ % 3 }))),
      }
    }),
    seenBy: ['puts messages of one key into one partition, and those without into several'],
  },
  {
    does: 'puts what has no key into one partition',
    make: publishing((envelopes) => envelopes.map((envelope) => ({ partition: 0, ...envelope }))),
    seenBy: ['puts messages of one key into one partition, and those without into several'],
  },
  {
    does: 'overlooks the partition of an envelope',
    make: publishing((envelopes) => envelopes.map((envelope) => ({ ...envelope, partition: undefined }))),
    seenBy: ['puts a message into the partition it names'],
  },
  {
    does: 'counts redeliveries from 1',
    make: giving((message) => ({ ...message, redeliveries: (message.redeliveries ?? 0) + 1 })),
    seenBy: ['counts redeliveries from 0 where it counts them'],
  },
]
