import { setTimeout as sleep } from 'node:timers/promises'
import { Consumer, Contract, IntegrationEvent, type Logger, seededRandom, type Transport } from '@gulo/core'
import type { RemoteInbox } from '../inbox/remote-inbox.js'
import { GROUP, TYPE, type WorkerOptions } from './protocol.js'

@Contract(TYPE, { key: 'key' })
class StepTaken extends IntegrationEvent {
  readonly key!: string
  readonly n!: number
}

const LONGEST_MS = 3

/** Handles what comes, in lanes by key, each in up to 3 ms, with an effect in the shared inbox. */
export async function startConsuming(
  transport: Transport,
  inbox: RemoteInbox,
  { without, seed }: WorkerOptions,
  logger: Logger,
): Promise<Consumer> {
  const random = seededRandom(seed)
  const guarded = without !== 'inbox'
  const consumer = new Consumer({
    transport: without === 'commit-after-handling' ? committingFirst(transport) : transport,
    group: GROUP,
    logger,
    ...(guarded && { inbox }),
  })
  consumer.handle(StepTaken, async ({ key, n }, context) => {
    const ms = Math.floor(random.next() * (LONGEST_MS + 1))
    if (ms > 0) await sleep(ms)
    const item = { id: context.messageId, key, n }
    if (guarded) inbox.enlist(item)
    else inbox.apply(item)
  })
  return consumer.start()
}

/** The transport is told that everything is done as soon as it is given out. */
function committingFirst(transport: Transport): Transport {
  const subscribe: Transport['subscribe'] = (subscription) =>
    transport.subscribe({
      ...subscription,
      deliver: (messages) => {
        for (const handling of subscription.deliver(messages)) handling.catch(() => undefined)
        return messages.map(() => Promise.resolve())
      },
    })
  // Everything else, what ports beside Transport ask for included, stays as it is.
  return new Proxy(transport, {
    get(target, name) {
      const value: unknown = name === 'subscribe' ? subscribe : Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
