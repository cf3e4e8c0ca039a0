import { createService, type Logger, type Observer, type Service, type Store, seededRandom } from '@gulo/core'
import { type PostgresStore, postgres } from '@gulo/postgres'
import type pg from 'pg'
import { mapper, noteSteps, takeSteps } from './model.js'
import { HANDLING, LEASE_MS, type OutboxWorkerOptions, WRITING } from './protocol.js'
import { skewedClock } from './skewed-clock.js'
import { makeTransport } from './transports.js'
import { ownTransaction } from './unguarded/own-transaction.js'
import { SeqCursorOutbox } from './unguarded/seq-cursor-outbox.js'
import { SkipLockedOutbox } from './unguarded/skip-locked-outbox.js'

interface Surroundings {
  readonly pool: pg.Pool
  readonly logger: Logger
  readonly observer: Observer
}

/** The service a worker runs: writers, which relay too, and relays share one outbox; consumers have an inbox in a schema of their own. */
export function makeService(options: OutboxWorkerOptions, surroundings: Surroundings): Service {
  const { role, seed } = options
  const { pool, logger, observer } = surroundings
  const handles = role === 'consumer'
  const store = postgres({ pool, schema: handles ? HANDLING : WRITING, leaseMs: LEASE_MS, sweepMs: 5000, logger })
  return createService({
    name: handles ? 'handling' : 'writing',
    handlers: handles ? [noteSteps(seededRandom(seed))] : role === 'writer' ? [takeSteps] : [],
    store: handles ? handlingStore(store, options) : writingStore(store, options, pool),
    clock: skewedClock(options.skewMs),
    // A message is not to blame for the death of its consumers here.
    maxUnfinishedAttempts: 1000,
    logger,
    observers: [observer],
    transport: makeTransport(options, logger),
    ...(!handles && { mapper }),
  })
}

function handlingStore(store: PostgresStore, { without }: OutboxWorkerOptions): Store {
  if (without !== 'inbox') return store
  const { unitOfWork, attempts, deadLetters } = store
  return { unitOfWork, attempts, deadLetters, start: () => store.start(), stop: () => store.stop() }
}

function writingStore(store: PostgresStore, { without }: OutboxWorkerOptions, pool: pg.Pool): Store {
  const { unitOfWork, outbox: guarded } = store
  const outbox =
    without === 'slots'
      ? new SkipLockedOutbox(guarded, pool)
      : without === 'floor'
        ? new SeqCursorOutbox(guarded, pool)
        : without === 'same-transaction'
          ? ownTransaction(store)
          : guarded
  if (outbox === guarded) return store
  return { unitOfWork, outbox, start: () => store.start(), stop: () => store.stop() }
}
