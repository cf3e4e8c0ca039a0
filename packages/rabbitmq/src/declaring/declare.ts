import type { Channel } from 'amqplib'
import { rabbitFault, reasonOf } from '../faults.js'
import type { BindingDeclaration, ExchangeDeclaration, QueueDeclaration, Topology } from '../topology/topology.js'

// ACCESS_REFUSED, RESOURCE_LOCKED, PRECONDITION_FAILED
const REFUSALS = [403, 405, 406]
// What holds the number of partitions: the queue of the members, and the exchange that has the slots.
const CHANGED = [
  /inequivalent arg 'x-max-length' for queue '(.*?)' in vhost .*?received (.*?) but current is (.*?)\.?"?$/,
  /inequivalent arg 'alternate-exchange' for exchange '(.*?)' in vhost .*?received .*?\.rest\.(\d+)' .*?current is .*?\.rest\.(\d+)'/,
]

/**
 * Declares everything that is not there yet.
 * @throws RABBITMQ_TOPOLOGY_REFUSED when the broker forbids it, RABBITMQ_PARTITIONS_CHANGED; any other error is that of
 * a lost channel
 */
export async function declare(channel: Channel, { exchanges, queues, bindings }: Topology): Promise<void> {
  for (const exchange of exchanges) await declareExchange(channel, exchange)
  for (const queue of queues) await declareQueue(channel, queue)
  for (const binding of bindings) await bind(channel, binding)
}

/** Waits for the broker's answer; a refusal becomes an error that names the thing. @throws RABBITMQ_TOPOLOGY_REFUSED */
export async function refusable<T>(name: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!REFUSALS.includes((error as { code?: number }).code ?? 0)) throw error
    const reason = reasonOf(error)
    const [, queue, asked, found] = CHANGED.map((each) => each.exec(reason)).find((match) => match !== null) ?? []
    if (queue === undefined) throw rabbitFault('RABBITMQ_TOPOLOGY_REFUSED', { name, reason }, error)
    throw rabbitFault('RABBITMQ_PARTITIONS_CHANGED', { queue, asked: digitsOf(asked), found: digitsOf(found) }, error)
  }
}

function declareExchange(channel: Channel, { name, type, arguments: given }: ExchangeDeclaration): Promise<unknown> {
  const options = { durable: true, ...(given === undefined ? {} : { arguments: { ...given } }) }
  return refusable(`the exchange ${name}`, channel.assertExchange(name, type, options))
}

function declareQueue(channel: Channel, { name, arguments: given, exclusive = false }: QueueDeclaration) {
  // RabbitMQ 4 has no queues that are neither durable nor exclusive.
  const kind = exclusive ? { durable: false, exclusive, autoDelete: true } : { durable: true }
  return refusable(`the queue ${name}`, channel.assertQueue(name, { ...kind, arguments: { ...given } }))
}

function bind(channel: Channel, binding: BindingDeclaration): Promise<unknown> {
  const { exchange, routingKey } = binding
  const to = 'queue' in binding ? binding.queue : binding.toExchange
  const answer =
    'queue' in binding
      ? channel.bindQueue(to, exchange, routingKey)
      : channel.bindExchange(to, exchange, routingKey, binding.arguments)
  return refusable(`the binding of ${to} to ${exchange} for ${routingKey}`, answer)
}

// The broker's `'8'`, `the value '8' of type 'signedint'`, or `none`.
function digitsOf(text: string | undefined): string {
  return /\d+/.exec(text ?? '')?.[0] ?? '0'
}
