import type { Codec, Logger, Runtime } from '@gulo/core'
import type { QueueOwner, QueuePriority } from '../topology/names.js'
import type { TopologyMode } from '../topology/topology.js'

/** How to reach RabbitMQ and how to behave there. Everything but `url` has a default. */
export interface RabbitMqOptions {
  /** `amqp://user:password@host:5672/vhost`, `amqps://` for TLS; the nodes of a cluster as an array, tried in turn. */
  readonly url: string | readonly string[]
  /** Certificates for `amqps://`. @default the authorities of the system */
  readonly tls?: RabbitMqTls
  /** Name of the connections in the broker's lists and logs; usually that of the service. @default 'gulo' */
  readonly connectionName?: string
  /** Seconds between signs of life; a connection silent for two to three of them is given up. @default 10 */
  readonly heartbeatSeconds?: number
  /** Longest time for one attempt to connect, in milliseconds. @default 5000 */
  readonly connectTimeoutMs?: number
  /** Longest time for `start` and `subscribe`, attempts repeated, in milliseconds. @default 30000 */
  readonly startDeadlineMs?: number
  /** Pauses between attempts after a connection or a channel was lost. */
  readonly reconnect?: RabbitMqReconnect
  /** Messages of one queue given out and not yet acknowledged, 1 to 65535. @default 100 */
  readonly prefetch?: number
  /** Pause before a rejected message is given out again, in milliseconds. @default 1000 */
  readonly redeliveryDelayMs?: number
  /** Longest time for `publish` to have everything confirmed, in milliseconds; then it rejects. @default 30000 */
  readonly publishDeadlineMs?: number
  /**
   * What becomes of a message that no queue is bound for: `accept` counts it as published and warns once for each type,
   * `fail` rejects, `fail-if-lost` accepts until the type has had a queue and rejects when that queue is gone. A queue
   * that is gone is waited for first: twice `repairMs`, at most `publishDeadlineMs`.
   * @default 'fail-if-lost'
   */
  readonly unroutable?: 'accept' | 'fail' | 'fail-if-lost'
  /** Largest body, in bytes; `max_message_size` of the broker must allow it. @default 16777216 */
  readonly maxMessageBytes?: number
  /** Whether queues are quorum queues; without, they are durable classic queues. @default true */
  readonly quorum?: boolean
  /** Redeliveries by the broker after which a quorum queue moves a message to `<queue>.quarantine`. @default 20 */
  readonly deliveryLimit?: number
  /** Whether one consumer of a queue works while the others stand by, which keeps the order. @default false */
  readonly singleActiveConsumer?: boolean
  /**
   * Queues `<queue>.<i>` that share the messages of a subscription by key, 0 to 16, for order per key with several
   * processes; 0 is one queue for all. @default 0
   */
  readonly partitions?: number | ((owner: QueueOwner) => number)
  /** How often the processes share out partitions anew, in milliseconds. @default 5000 */
  readonly rebalanceMs?: number
  /**
   * How often a subscription makes exchanges, queues and bindings again that were deleted, in milliseconds; with
   * `topology: 'verify'`, how often it looks for them.
   * @default 5000
   */
  readonly repairMs?: number
  /** Queue of a type: each priority has a queue and a prefetch of its own. @default 'normal' for all */
  readonly priorityOf?: (type: string) => QueuePriority
  /**
   * Whether exchanges and queues are made (`create`), only looked for (`verify`), or neither (`assume`).
   * @default 'create'
   */
  readonly topology?: TopologyMode
  /** The exchange of a topic. @default the first segment of a topic that is the type, else the topic */
  readonly exchangeName?: (topic: string, type: string) => string
  /** The queue of a subscription. @default `<group>.<action>.<priority>` */
  readonly queueName?: (owner: QueueOwner) => string
  /** Writes envelopes as bytes and headers. @default CloudEvents in binary mode, bodies up to `maxMessageBytes` */
  readonly codec?: Codec
  /** Time and chance. @default those of the service, else of the machine */
  readonly runtime?: Runtime
  /** Told of lost connections, lost queues and messages without a queue. @default consoleLogger */
  readonly logger?: Logger
}

export interface RabbitMqReconnect {
  /** Pause before the first attempt, in milliseconds; doubled for each further one, less up to half by chance. @default 100 */
  readonly initialDelayMs?: number
  /** Longest pause, in milliseconds. @default 10000 */
  readonly maxDelayMs?: number
}

/** PEM texts; what is left out is the system's. */
export interface RabbitMqTls {
  readonly ca?: string | readonly string[]
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** Name expected in the broker's certificate. @default the host */
  readonly servername?: string
  /** Whether a certificate nobody vouches for ends the connection. @default true */
  readonly rejectUnauthorized?: boolean
}
