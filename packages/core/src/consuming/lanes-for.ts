import type { Arrival, ArrivalLanes } from './arrival.js'
import { BatchLanes } from './batch-lanes.js'
import { BatchSize } from './batch-size.js'
import { Batches, type BatchStore } from './batches.js'
import type { ConsumerOptions } from './consumer-options.js'
import type { ConsumerParts } from './consumer-parts.js'
import type { BatchAttemptLog, BatchInbox } from './inbox.js'
import { Lanes } from './lanes.js'

/** Lanes in which many messages share a transaction where the store can do that, or else in which each is by itself. */
export function lanesFor(options: ConsumerOptions, parts: ConsumerParts): ArrivalLanes {
  const { concurrency = 16, batch = {} } = options
  const store = batch === false ? undefined : batchStoreOf(options, parts)
  // Each message of a key that may be held has to be looked at by itself.
  if (parts.heldKeys !== undefined || batch === false || batch.size === 1 || store === undefined)
    return new Lanes(concurrency)
  const size = new BatchSize(batch)
  const batches = new Batches(parts, store, size)
  return new BatchLanes<Arrival>({
    concurrency,
    size,
    isAlone: ({ handlers }) => handlers.some((each) => !each.batched),
    together: (arrivals) => batches.handle(arrivals),
  })
}

function batchStoreOf(
  { inbox, attemptLog, publishing }: ConsumerOptions,
  parts: ConsumerParts,
): BatchStore | undefined {
  const unitOfWork = publishing?.joinable
  const { positions } = parts
  if (unitOfWork === undefined || (inbox === undefined ? positions === undefined : inbox.onceEach === undefined))
    return undefined
  if (attemptLog !== undefined && attemptLog.beginEach === undefined) return undefined
  return { unitOfWork, inbox: inbox as BatchInbox | undefined, attemptLog: attemptLog as BatchAttemptLog | undefined }
}
