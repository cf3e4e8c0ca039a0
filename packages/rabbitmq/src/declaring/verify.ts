import type { Channel, ChannelModel } from 'amqplib'
import { onOwnChannel } from '../connection/channel-keeper.js'
import { rabbitFault } from '../faults.js'
import type { Topology } from '../topology/topology.js'

const NOT_FOUND = 404

/**
 * Looks for exchanges and queues without making any. Bindings and arguments cannot be asked for.
 * @throws RABBITMQ_TOPOLOGY_MISSING with everything that is not there
 */
export async function verify(model: ChannelModel, { exchanges, queues }: Topology): Promise<void> {
  const looks = [
    ...exchanges.map(({ name }) => ({
      name: `the exchange ${name}`,
      look: (on: Channel): Promise<unknown> => on.checkExchange(name),
    })),
    ...queues.map(({ name }) => ({
      name: `the queue ${name}`,
      look: (on: Channel): Promise<unknown> => on.checkQueue(name),
    })),
  ]
  const missing: string[] = []
  while (looks.length > 0) {
    // The answer that something is missing closes the channel.
    await onOwnChannel(model, async (channel) => {
      for (let next = looks.shift(); next !== undefined; next = looks.shift()) {
        if ((await found(next.look(channel))) !== undefined) continue
        missing.push(next.name)
        return
      }
    })
  }
  if (missing.length > 0) throw rabbitFault('RABBITMQ_TOPOLOGY_MISSING', { missing: missing.join(', ') })
}

/** How many messages wait in a queue, `undefined` when there is no such queue. */
export async function countReady(model: ChannelModel, queue: string): Promise<number | undefined> {
  return (await onOwnChannel(model, (channel) => found(channel.checkQueue(queue))))?.messageCount
}

async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return undefined
    throw error
  }
}
