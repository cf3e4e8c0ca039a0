import type { Logger, Transport } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { rabbitmq } from '@gulo/rabbitmq'
import { type OutboxWorkerOptions, SESSION_MS } from './protocol.js'

/** Short enough that relays meet refusals while the broker is gone, and not only waiting. */
const PUBLISH_MS = 5000

/** The transport of a worker, found out quickly when it is dead. */
export function makeTransport({ broker, address }: OutboxWorkerOptions, logger: Logger): Transport {
  const patience = { startDeadlineMs: 60_000, publishDeadlineMs: PUBLISH_MS, redeliveryDelayMs: 200, logger }
  if (broker === 'rabbitmq') {
    return rabbitmq({
      ...patience,
      url: address,
      connectionName: 'faults',
      heartbeatSeconds: 2,
      connectTimeoutMs: 3000,
      reconnect: { initialDelayMs: 50, maxDelayMs: 1000 },
      prefetch: 100,
      // A message is not to blame for the death of its consumers here.
      deliveryLimit: 1000,
      partitions: 3,
      rebalanceMs: 1000,
    })
  }
  return kafka({
    ...patience,
    brokers: address.split(','),
    clientId: 'faults',
    sessionTimeoutMs: SESSION_MS,
    heartbeatIntervalMs: 500,
    requestTimeoutMs: 2000,
    connectTimeoutMs: 2000,
    maxWaitTimeInMs: 200,
    commitIntervalMs: 200,
    deliverySize: 100,
  })
}
