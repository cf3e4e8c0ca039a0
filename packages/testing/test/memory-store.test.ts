import { type Clock, createRuntime, type MemoryTransaction, memoryStore } from '@gulo/core'
import {
  describeAttemptLog,
  describeDeadLetterAbilities,
  describeDeadLetters,
  describeHeldKeys,
  describeIdempotencyKeyStore,
  describeInbox,
  describeOutbox,
  describePositionStore,
  describeRecurrences,
  describeSchedule,
  describeUnitOfWork,
} from '@gulo/testing'

/** A clock that stands still until it is told to go on. */
function stillClock(): Clock & { advance(ms: number): void } {
  let now = 1_767_225_600_000
  return {
    now: () => now,
    monotonic: () => now,
    after: () => ({ cancel: () => undefined }),
    advance: (ms) => {
      now += ms
    },
  }
}

function driveTime() {
  const clock = stillClock()
  return { clock, store: memoryStore({ inboxRetention: '7d', runtime: createRuntime({ clock }) }) }
}

describeUnitOfWork('the memory store', () => {
  const values = new Map<string, string>()
  return {
    unitOfWork: memoryStore().unitOfWork,
    write: (transaction, key, value) => (transaction as MemoryTransaction).write(() => void values.set(key, value)),
    read: (key) => values.get(key),
  }
})
describeOutbox('the memory store', () => memoryStore())
describeInbox('the memory store', () => {
  const { clock, store } = driveTime()
  return { ...store, expire: () => clock.advance(7 * 86_400_000) }
})
describeAttemptLog('the memory store', () => {
  const store = memoryStore()
  const afterCrash = () => {
    store.crash()
    return store.attempts
  }
  return { attempts: store.attempts, unitOfWork: store.unitOfWork, afterCrash }
})
describeDeadLetters('the memory store', () => memoryStore())
describeDeadLetterAbilities('the memory store', () => {
  const { clock, store } = driveTime()
  return { deadLetters: store.deadLetters, advance: (ms) => clock.advance(ms) }
})
describeHeldKeys('the memory store', () => {
  const { clock, store } = driveTime()
  return { ...store, advance: (ms) => clock.advance(ms) }
})
describeSchedule('the memory store', () => memoryStore())
describeRecurrences('the memory store', () => memoryStore())
describeIdempotencyKeyStore('the memory store', () => {
  const { clock, store } = driveTime()
  return { keys: store.idempotencyKeys, unitOfWork: store.unitOfWork, advance: (ms) => clock.advance(ms) }
})
describePositionStore('the memory store', () => memoryStore())
