import { deadLetter, parkingTopology } from './queues.js'
import { joinTopologies, type Topology, type TopologyRules } from './topology.js'

/** Delays are whole multiples of this, in milliseconds; others are rounded up. */
const DELAY_UNIT_MS = 100
const LEVELS = 28
/** The longest delay, in milliseconds: about 310 days. */
export const MAX_DELAY_MS = (2 ** LEVELS - 1) * DELAY_UNIT_MS

/** Where a message goes after its delay: to an exchange with a routing key, or with the exchange '' to that queue. */
export interface DelayTarget {
  readonly exchange: string
  readonly routingKey: string
}

/** Where a message with a delay is sent to, and what must be there. */
export interface DelayRoute extends DelayTarget {
  readonly level: number
  readonly topology: Topology
}

/**
 * A queue for each power of two lets a message wait or not, as the binary digits of the delay in its routing key say,
 * and hands it down to the next: every queue has one time to live for all, so none waits behind a longer one.
 */
export function delayRoute(target: DelayTarget, delayMs: number, rules: TopologyRules): DelayRoute {
  const units = Math.ceil(delayMs / DELAY_UNIT_MS)
  const digits = units.toString(2).padStart(LEVELS, '0')
  // The first digit that is 1: levels above it have nothing to do.
  const level = LEVELS - 1 - digits.indexOf('1')
  const routingKey = `${[...digits].join('.')}.${addressOf(target)}`
  return { exchange: nameOf(level, rules), routingKey, level, topology: delayTopology(target, level, rules) }
}

/** The levels up to `level`, and the way from the last of them to the target. */
export function delayTopology(target: DelayTarget, level: number, rules: TopologyRules): Topology {
  const levels = Array.from({ length: level + 1 }, (_, index) => levelTopology(index, rules))
  return joinTopologies(exitTopology(target, rules), ...levels)
}

function levelTopology(level: number, rules: TopologyRules): Topology {
  const name = nameOf(level, rules)
  const next = nameOf(level - 1, rules)
  const before = '*.'.repeat(LEVELS - 1 - level)
  return {
    exchanges: [{ name, type: 'topic' }],
    queues: [{ name, arguments: { ...waiting(rules, DELAY_UNIT_MS * 2 ** level), ...onwards(rules, next) } }],
    bindings: [
      { queue: name, exchange: name, routingKey: `${before}1.#` },
      { toExchange: next, exchange: name, routingKey: `${before}0.#` },
    ],
  }
}

/** Where messages go whose target is gone when their time has come: waiting for it, they would hold up all others. */
function lostQueueOf({ quorum }: TopologyRules): string {
  return `gulo.delay.${quorum ? '' : 'classic.'}lost`
}

// Dead-lettering keeps the routing key with all the digits, so a queue has to put the wanted one in its place.
function exitTopology(target: DelayTarget, rules: TopologyRules): Topology {
  const done = nameOf(-1, rules)
  const lost = lostQueueOf(rules)
  const exchanges: Topology['exchanges'] = [
    { name: lost, type: 'topic' },
    { name: done, type: 'topic', arguments: { 'alternate-exchange': lost } },
  ]
  const queues = parkingTopology(lost, rules).queues
  const caught = { queue: lost, exchange: lost, routingKey: '#' }
  const routingKey = `${'*.'.repeat(LEVELS)}${addressOf(target)}`
  if (target.exchange === '') {
    return { exchanges, queues, bindings: [caught, { queue: target.routingKey, exchange: done, routingKey }] }
  }
  const name = `${done}.to.${addressOf(target)}`
  return {
    exchanges: [...exchanges, { name: target.exchange, type: 'topic' }],
    queues: [
      ...queues,
      { name, arguments: { ...waiting(rules, 0), ...onwards(rules, target.exchange, target.routingKey) } },
    ],
    bindings: [caught, { queue: name, exchange: done, routingKey }],
  }
}

function waiting({ quorum }: TopologyRules, ttlMs: number): Readonly<Record<string, string | number>> {
  return { 'x-queue-type': quorum ? 'quorum' : 'classic', 'x-message-ttl': ttlMs }
}

// Classic queues know no other way than to let go of a message before the next one has it.
function onwards(rules: TopologyRules, exchange: string, routingKey?: string): Readonly<Record<string, string>> {
  if (rules.quorum) return deadLetter(exchange, routingKey)
  return {
    'x-dead-letter-exchange': exchange,
    ...(routingKey === undefined ? {} : { 'x-dead-letter-routing-key': routingKey }),
  }
}

function addressOf({ exchange, routingKey }: DelayTarget): string {
  return exchange === '' ? routingKey : `${exchange}/${routingKey}`
}

function nameOf(level: number, { quorum }: TopologyRules): string {
  return `gulo.delay.${quorum ? '' : 'classic.'}${level < 0 ? 'out' : level}`
}
