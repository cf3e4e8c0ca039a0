import type { QueueOwner, QueuePriority } from './names.js'

/** What a transport does about exchanges and queues: makes them, looks whether they are there, or neither. */
export type TopologyMode = 'create' | 'verify' | 'assume'

/** What must exist at the broker, as data: declared again after every reconnection, in this order. */
export interface Topology {
  readonly exchanges: readonly ExchangeDeclaration[]
  readonly queues: readonly QueueDeclaration[]
  readonly bindings: readonly BindingDeclaration[]
}

export interface ExchangeDeclaration {
  readonly name: string
  readonly type: 'topic' | 'headers' | 'fanout'
  readonly arguments?: Readonly<Record<string, string>>
}

export interface QueueDeclaration {
  readonly name: string
  readonly arguments: Readonly<Record<string, string | number | boolean>>
  /** Whether it belongs to one connection and goes with it; others are durable. */
  readonly exclusive?: boolean
}

/** Messages of `exchange` that match `routingKey`, or `arguments`, go to a queue, or on to another exchange. */
export type BindingDeclaration = QueueBinding | ExchangeBinding

export interface QueueBinding {
  readonly queue: string
  readonly exchange: string
  readonly routingKey: string
}

export interface ExchangeBinding {
  readonly toExchange: string
  readonly exchange: string
  readonly routingKey: string
  /** Headers to match where `exchange` is one of headers. @default none */
  readonly arguments?: Readonly<Record<string, string>>
}

/** How queues are made and things are named. */
export interface TopologyRules {
  readonly quorum: boolean
  readonly deliveryLimit: number
  readonly singleActiveConsumer: boolean
  readonly exchangeName: (topic: string, type: string) => string
  readonly queueName: (owner: QueueOwner) => string
  /** Queues that share the messages of a subscription by key; 0 is one queue for all. @default 0 */
  readonly partitions?: number | ((owner: QueueOwner) => number)
  /** @default 'normal' for every type */
  readonly priorityOf?: (type: string) => QueuePriority
}

/** One queue to consume from, and what it needs. */
export interface ConsumedQueue {
  readonly queue: string
  readonly topology: Topology
  /** Whether the broker gives its messages to one consumer at a time. @default false */
  readonly single?: boolean
  /** Whether it is there for its consumers to be counted: the members that share out partitions. @default false */
  readonly members?: boolean
  /** Its number among the partitions. @default none */
  readonly partition?: number
}

/** What needs nothing. */
export const NOTHING: Topology = { exchanges: [], queues: [], bindings: [] }

/** Everything of several topologies, each thing once. */
export function joinTopologies(...all: readonly Topology[]): Topology {
  return all.reduce(
    (sum, each) => ({
      exchanges: union(sum.exchanges, each.exchanges, ({ name }) => name),
      queues: union(sum.queues, each.queues, ({ name }) => name),
      bindings: union(sum.bindings, each.bindings, (binding) => JSON.stringify(binding)),
    }),
    NOTHING,
  )
}

/** What publishing to an exchange needs: the exchange. */
export function exchangeTopology(exchange: string): Topology {
  return { ...NOTHING, exchanges: [{ name: exchange, type: 'topic' }] }
}

function union<T>(some: readonly T[], more: readonly T[], nameOf: (one: T) => string): readonly T[] {
  return [...new Map([...some, ...more].map((one) => [nameOf(one), one])).values()]
}
