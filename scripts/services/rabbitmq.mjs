import { greet, missingProgram, startRabbitmq } from './rabbitmq/node.mjs'
import { ask } from './support/probe.mjs'

/** RabbitMQ: its address is a URL. */
export const rabbitmq = {
  name: 'rabbitmq',
  variables: ['RABBITMQ_URL', 'AMQP_URL'],
  standard: 'amqp://guest:guest@127.0.0.1:5672',
  places: (address) => [`${new URL(address).hostname}:${portOf(address)}`],
  async probe(address) {
    const { hostname, protocol } = new URL(address)
    if (protocol === 'amqps:') return ask(hostname, portOf(address), Buffer.alloc(0))
    await greet(hostname, portOf(address))
  },
  missing: async () => missingProgram(),
  async start() {
    const { address, pid, stop } = await startRabbitmq()
    return { address, detail: 'a node of its own', pid, stop }
  },
  atPort: (port) => `amqp://guest:guest@127.0.0.1:${port}`,
}

function portOf(address) {
  const { port, protocol } = new URL(address)
  return Number(port || (protocol === 'amqps:' ? 5671 : 5672))
}
