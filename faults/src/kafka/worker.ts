import { kafka } from '@gulo/kafka'
import { runWorker } from '../workers/worker.js'
import { unguarded } from './unguarded.js'

runWorker(({ address, without }, logger) =>
  kafka({
    brokers: address.split(','),
    clientId: 'faults',
    sessionTimeoutMs: 2000,
    heartbeatIntervalMs: 400,
    requestTimeoutMs: 3000,
    connectTimeoutMs: 2000,
    startDeadlineMs: 60_000,
    publishDeadlineMs: 600_000,
    maxWaitTimeInMs: 200,
    redeliveryDelayMs: 200,
    commitIntervalMs: 200,
    deliverySize: 100,
    // Requests enough for faults to meet, at any number of messages.
    batchSize: 20,
    logger,
    ...unguarded(without),
  }),
)
