import type { Channel } from 'amqplib'
import { rabbitFault, reasonOf } from '../faults.js'
import type { Topology } from './topology.js'

// ACCESS_REFUSED, RESOURCE_LOCKED, PRECONDITION_FAILED; COMMAND_INVALID for an exchange type the broker does not know
const REFUSALS = [403, 405, 406, 503]

/**
 * Declares everything that is not there yet.
 * @throws RABBITMQ_TOPOLOGY_REFUSED when the broker forbids it; any other error is that of a lost channel
 */
export async function declare(channel: Channel, { exchanges, queues, bindings }: Topology): Promise<void> {
  for (const { name, type } of exchanges) {
    await refusable(`the exchange ${name}`, channel.assertExchange(name, type, { durable: true }))
  }
  for (const queue of queues) {
    const options = { durable: true, arguments: { ...queue.arguments } }
    await refusable(`the queue ${queue.name}`, channel.assertQueue(queue.name, options))
  }
  for (const { queue, exchange, routingKey } of bindings) {
    const name = `the binding of ${queue} to ${exchange} for ${routingKey}`
    await refusable(name, channel.bindQueue(queue, exchange, routingKey))
  }
}

/** Waits for the broker's answer; a refusal becomes an error that names the thing. @throws RABBITMQ_TOPOLOGY_REFUSED */
export async function refusable<T>(name: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!REFUSALS.includes((error as { code?: number }).code ?? 0)) throw error
    throw rabbitFault('RABBITMQ_TOPOLOGY_REFUSED', { name, reason: reasonOf(error) }, error)
  }
}
