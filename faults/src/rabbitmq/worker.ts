import { rabbitmq } from '@gulo/rabbitmq'
import { runWorker } from '../workers/worker.js'

runWorker(({ address, without }, logger) =>
  rabbitmq({
    url: address,
    connectionName: 'faults',
    heartbeatSeconds: 2,
    connectTimeoutMs: 3000,
    startDeadlineMs: 60_000,
    publishDeadlineMs: 600_000,
    reconnect: { initialDelayMs: 50, maxDelayMs: 1000 },
    prefetch: 100,
    redeliveryDelayMs: 200,
    // A message is not to blame for the death of its consumers here.
    deliveryLimit: 1000,
    ...(without === 'partitions' ? {} : { partitions: 3, rebalanceMs: 1000 }),
    unroutable: without === 'mandatory' ? 'accept' : 'fail',
    logger,
  }),
)
