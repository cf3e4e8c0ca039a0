import { rabbitFault } from '../faults.js'
import { isParking } from '../topology/names.js'
import { parkingTopology } from '../topology/queues.js'
import { exchangeTopology, type Topology, type TopologyRules } from '../topology/topology.js'

/** Where messages of a topic and type go, and what must be there. */
export interface MessageRoute {
  readonly exchange: string
  readonly routingKey: string
  /** Whether they are set aside in a queue that must be there. */
  readonly parked: boolean
  /** Names what `topology` has: declared once for all messages of one name. */
  readonly need: string
  readonly topology: Topology
}

/** AMQP short strings: names, routing keys, native properties. */
export const MAX_SHORT = 255
// Topics may come from outside, with dead letters: the memory they take has a bound.
const MAX_ROUTES = 1000

/** The routes of messages, each worked out once. */
export class Routes {
  private readonly known = new Map<string, MessageRoute>()

  constructor(private readonly rules: TopologyRules) {}

  /** @throws RABBITMQ_MESSAGE_INVALID */
  of(topic: string, type: string | undefined): MessageRoute {
    const name = `${topic}\n${type}`
    let route = this.known.get(name)
    if (route === undefined) {
      route = this.find(topic, type)
      checkNames(type ?? topic, { exchange: route.exchange, 'routing key': route.routingKey })
      if (this.known.size >= MAX_ROUTES) this.known.clear()
      this.known.set(name, route)
    }
    return route
  }

  private find(topic: string, type: string | undefined): MessageRoute {
    if (type === undefined || isParking(topic)) {
      const topology = parkingTopology(topic, this.rules)
      return { exchange: '', routingKey: topic, parked: true, need: `queue ${topic}`, topology }
    }
    const exchange = this.rules.exchangeName(topic, type)
    const topology = exchangeTopology(exchange)
    return { exchange, routingKey: type, parked: false, need: `exchange ${exchange}`, topology }
  }
}

/** @throws RABBITMQ_MESSAGE_INVALID for a name that AMQP has no room for */
export function checkNames(type: string, names: Readonly<Record<string, string | undefined>>): void {
  for (const [what, name] of Object.entries(names)) {
    const bytes = Buffer.byteLength(name ?? '')
    if (bytes <= MAX_SHORT) continue
    const wrong = `its ${what} has ${bytes} bytes of at most ${MAX_SHORT}`
    throw rabbitFault('RABBITMQ_MESSAGE_INVALID', { type, wrong })
  }
}
