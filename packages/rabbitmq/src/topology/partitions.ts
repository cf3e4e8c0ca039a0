import { eventQueue, quarantineQueues } from './queues.js'
import { SLOT_HEADER, SLOTS } from './slots.js'
import type { BindingDeclaration, ConsumedQueue, ExchangeBinding, Topology, TopologyRules } from './topology.js'

/**
 * `count` queues that share the messages of a subscription by key, each with one active consumer: topic exchange →
 * exchange of the queue's name, which reads the slot → exchange `<queue>.<i>` → queue `<queue>.<i>`. Before them the queue
 * of that name itself, which no message comes to: its consumers are the members.
 */
export function partitionQueues(
  queue: string,
  count: number,
  exchanges: Topology['exchanges'],
  bindings: readonly { readonly exchange: string; readonly routingKey: string }[],
  rules: TopologyRules,
): ConsumedQueue[] {
  const partitions = Array.from({ length: count }, (_, partition) => {
    const topology = partitionTopology(queue, partition, count, rules)
    return { queue: `${queue}.${partition}`, partition, single: true, topology }
  })
  const own = partitions.map(({ topology }) => topology)
  const rest = restOf(queue, count)
  const topology: Topology = {
    exchanges: [
      ...exchanges,
      slotExchange(queue, count),
      { name: rest, type: 'fanout' },
      ...own.flatMap((each) => each.exchanges.slice(1)),
    ],
    queues: [...quarantineQueues(queue, rules), members(queue, count, rules), ...own.flatMap(({ queues }) => queues)],
    // Messages come in last, when there is somewhere for each of them.
    bindings: [
      ...own.flatMap((each) => each.bindings),
      { toExchange: `${queue}.0`, exchange: rest, routingKey: '' },
      ...bindings.map((each): ExchangeBinding => ({ toExchange: queue, ...each })),
    ],
  }
  return [{ queue, topology, members: true }, ...partitions]
}

// Slots lead to an exchange and not to the queue: when the queue is gone, its messages are given back to the publisher.
// Bound directly they would then match nothing and go to the rest: another queue, where they overtake.
function partitionTopology(home: string, partition: number, count: number, rules: TopologyRules): Topology {
  const name = `${home}.${partition}`
  const slots = Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => slot % count === partition)
  return {
    exchanges: [slotExchange(home, count), { name, type: 'fanout' }],
    queues: [eventQueue(name, home, true, rules)],
    bindings: [
      { queue: name, exchange: name, routingKey: '' },
      ...slots.map((slot): BindingDeclaration => {
        const wanted = { 'x-match': 'any', [SLOT_HEADER]: String(slot) }
        return { toExchange: name, exchange: home, routingKey: '', arguments: wanted }
      }),
    ],
  }
}

// Its name holds the number: the broker refuses the exchange that has the bindings of another number. Else a slot could
// be bound to two queues.
function slotExchange(name: string, count: number): Topology['exchanges'][number] {
  return { name, type: 'headers', arguments: { 'alternate-exchange': restOf(name, count) } }
}

/** Where messages without a slot come through: those of other publishers. */
function restOf(queue: string, count: number): string {
  return `${queue}.rest.${count}`
}

// It also holds the name and the number: to declare it with another number, or as an ordinary queue, is refused by the
// broker. Else a changed number would send keys to other queues while their messages wait in the old ones.
function members(name: string, count: number, rules: TopologyRules): Topology['queues'][number] {
  const queue = eventQueue(name, name, false, rules)
  return { name, arguments: { ...queue.arguments, 'x-max-length': count } }
}
