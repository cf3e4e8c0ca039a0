import { MemoryAttemptLog } from './consuming/memory-attempt-log.js'
import { MemoryDeadLetters } from './consuming/memory-dead-letters.js'
import { MemoryHeldKeys } from './consuming/memory-held-keys.js'
import { MemoryIdempotencyKeys } from './consuming/memory-idempotency-keys.js'
import { MemoryInbox } from './consuming/memory-inbox.js'
import { MemoryPositions } from './consuming/memory-positions.js'
import type { PositionStore } from './consuming/positions.js'
import { fault } from './faults.js'
import { MemoryOutbox } from './publishing/memory-outbox.js'
import { MemoryUnitOfWork } from './publishing/memory-unit-of-work.js'
import { type Duration, toMs } from './runtime/clock.js'
import { createRuntime, type Runtime } from './runtime/runtime.js'
import type { RuntimeUser } from './runtime/runtime-user.js'
import { MemoryRecurrences } from './scheduling/memory-recurrences.js'
import { MemorySchedule } from './scheduling/memory-schedule.js'

export interface MemoryStoreOptions {
  /** How long the inbox remembers. @default for ever */
  readonly inboxRetention?: Duration
  /** @default that of the service */
  readonly runtime?: Runtime
}

/** Makes a store in memory: everything a service keeps, with the transactions of a database and no durability. */
export function memoryStore(options?: MemoryStoreOptions): MemoryStore {
  return new MemoryStore(options)
}

/** Stores that share their transactions and outlive the services that use them. */
export class MemoryStore implements RuntimeUser {
  readonly durable = false
  readonly unitOfWork = new MemoryUnitOfWork()
  readonly outbox: MemoryOutbox
  readonly inbox: MemoryInbox
  readonly attempts = new MemoryAttemptLog()
  readonly deadLetters: MemoryDeadLetters
  readonly heldKeys: MemoryHeldKeys
  readonly schedule = new MemorySchedule()
  readonly recurrences: MemoryRecurrences
  readonly idempotencyKeys: MemoryIdempotencyKeys
  readonly positions: PositionStore = new MemoryPositions()
  private readonly ownRuntime: Runtime | undefined
  private givenRuntime: Runtime | undefined

  /** @throws GULO_DURATION_INVALID */
  constructor({ inboxRetention, runtime }: MemoryStoreOptions = {}) {
    const retentionMs = inboxRetention === undefined ? undefined : toMs(inboxRetention)
    if (inboxRetention !== undefined && retentionMs === undefined) {
      throw fault('GULO_DURATION_INVALID', { option: 'inboxRetention', found: String(inboxRetention) })
    }
    const now = () => this.runtime.clock.now()
    this.ownRuntime = runtime
    this.outbox = new MemoryOutbox(now)
    this.recurrences = new MemoryRecurrences(this.schedule, now)
    this.inbox = new MemoryInbox(now, retentionMs)
    this.heldKeys = new MemoryHeldKeys(now)
    this.deadLetters = new MemoryDeadLetters(now, this.heldKeys)
    this.idempotencyKeys = new MemoryIdempotencyKeys(now)
  }

  useRuntime(runtime: Runtime): void {
    this.givenRuntime = runtime
  }

  /**
   * Does what a database does when every process that uses it ends: open transactions roll back, claims of relays and
   * schedulers are given up. What was committed stays, unfinished attempts stay counted.
   */
  crash(): void {
    this.unitOfWork.abandon()
    this.outbox.abandon()
    this.schedule.abandon()
    this.heldKeys.abandon()
  }

  private get runtime(): Runtime {
    this.givenRuntime ??= this.ownRuntime ?? createRuntime()
    return this.ownRuntime ?? this.givenRuntime
  }
}
