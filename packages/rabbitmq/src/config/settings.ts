import { type Codec, consoleLogger, createCodec, type Logger } from '@gulo/core'
import { coreFault } from '../faults.js'
import { exchangeOf, type QueueOwner, type QueuePriority, queueOf } from '../topology/names.js'
import type { TopologyMode } from '../topology/topology.js'
import { findFaults } from './check.js'
import type { RabbitMqOptions, RabbitMqTls } from './options.js'

/** The options with every default filled in. */
export interface RabbitMqSettings {
  readonly urls: readonly string[]
  readonly tls: RabbitMqTls
  readonly connectionName: string
  readonly heartbeatSeconds: number
  readonly connectTimeoutMs: number
  readonly startDeadlineMs: number
  readonly initialDelayMs: number
  readonly maxDelayMs: number
  readonly prefetch: number
  readonly redeliveryDelayMs: number
  readonly publishDeadlineMs: number
  readonly unroutable: 'accept' | 'fail' | 'fail-if-lost'
  readonly maxMessageBytes: number
  readonly quorum: boolean
  readonly deliveryLimit: number
  readonly singleActiveConsumer: boolean
  readonly partitions: number | ((owner: QueueOwner) => number)
  readonly rebalanceMs: number
  readonly repairMs: number
  readonly priorityOf: (type: string) => QueuePriority
  /** Whether types have different priorities, and therefore several queues. */
  readonly ownPriorities: boolean
  readonly topology: TopologyMode
  readonly exchangeName: (topic: string, type: string) => string
  readonly queueName: (owner: QueueOwner) => string
  readonly codec: Codec
  readonly logger: Logger
}

/** Fills in the defaults. @throws GULO_CONFIGURATION_INVALID with every fault at once */
export function settingsOf(options: RabbitMqOptions): RabbitMqSettings {
  const faults = findFaults(options)
  if (faults.length > 0) {
    const details = { component: 'rabbitmq', count: faults.length, faults: faults.join(' ') }
    throw coreFault('GULO_CONFIGURATION_INVALID', details)
  }
  const { maxMessageBytes = 16_777_216 } = options
  return Object.freeze({
    urls: typeof options.url === 'string' ? [options.url] : [...options.url],
    tls: options.tls ?? {},
    connectionName: options.connectionName ?? 'gulo',
    heartbeatSeconds: options.heartbeatSeconds ?? 10,
    connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    startDeadlineMs: options.startDeadlineMs ?? 30_000,
    initialDelayMs: options.reconnect?.initialDelayMs ?? 100,
    maxDelayMs: options.reconnect?.maxDelayMs ?? 10_000,
    prefetch: options.prefetch ?? 100,
    redeliveryDelayMs: options.redeliveryDelayMs ?? 1000,
    publishDeadlineMs: options.publishDeadlineMs ?? 30_000,
    unroutable: options.unroutable ?? 'fail-if-lost',
    maxMessageBytes,
    quorum: options.quorum ?? true,
    deliveryLimit: options.deliveryLimit ?? 20,
    singleActiveConsumer: options.singleActiveConsumer ?? false,
    partitions: options.partitions ?? 0,
    rebalanceMs: options.rebalanceMs ?? 5000,
    repairMs: options.repairMs ?? 5000,
    priorityOf: options.priorityOf ?? (() => 'normal'),
    ownPriorities: options.priorityOf !== undefined,
    topology: options.topology ?? 'create',
    exchangeName: options.exchangeName ?? exchangeOf,
    queueName: options.queueName ?? queueOf,
    codec: options.codec ?? createCodec('cloudevents-binary', { maxBytes: maxMessageBytes }),
    logger: options.logger ?? consoleLogger,
  })
}

/** Whether messages of one key stay in order: several queues for one key, or consumers of one queue, and they do not. */
export function keepsOrder({ singleActiveConsumer, partitions, ownPriorities }: RabbitMqSettings): boolean {
  return !ownPriorities && (singleActiveConsumer || (typeof partitions === 'number' && partitions > 0))
}
