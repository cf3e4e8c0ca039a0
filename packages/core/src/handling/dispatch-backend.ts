import { fault, reportFaults } from '../faults.js'
import { Fifo } from './fifo.js'

/** Decides where and when a message that comes from outside is dispatched. Nested sends run in place. */
export interface DispatchBackend {
  dispatch<T>(work: () => Promise<T>): Promise<T>
}

export interface QueuedOptions {
  /** How many messages are handled at once. @default 16 */
  readonly concurrency?: number
  /** How many may wait. @default 1000 */
  readonly capacity?: number
  /** What a sender meets when the queue is full: it waits, or is refused with GULO_QUEUE_FULL. @default 'wait' */
  readonly whenFull?: 'wait' | 'reject'
}

/**
 * Dispatches through a queue in this process, first come first served, with bounded concurrency. When full, senders wait
 * in order (back-pressure) or are refused.
 */
export function queued({ concurrency = 16, capacity = 1000, whenFull = 'wait' }: QueuedOptions = {}): DispatchBackend {
  reportFaults('queued()', [
    ...(Number.isInteger(concurrency) && concurrency > 0
      ? []
      : [`concurrency is ${concurrency}: use a whole number above 0.`]),
    ...(Number.isInteger(capacity) && capacity >= 0
      ? []
      : [`capacity is ${capacity}: use a whole number of 0 or more.`]),
  ])
  const waiting = new Fifo<() => void>()
  let running = 0

  const finished = () => {
    const next = waiting.take()
    if (next) next()
    else running--
  }

  return {
    async dispatch(work) {
      if (running < concurrency) running++
      else if (whenFull === 'reject' && waiting.size >= capacity) throw fault('GULO_QUEUE_FULL', { capacity })
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        finished()
      }
    },
  }
}
