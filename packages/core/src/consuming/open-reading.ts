import type { ReceivedMessage, Route, TransportSubscription } from '../transport/transport.js'
import type { ConsumerOptions } from './consumer-options.js'
import type { ConsumerParts } from './consumer-parts.js'
import type { Delivery } from './delivery.js'
import type { OwnedPartitions } from './owned-partitions.js'
import { Reading } from './reading.js'
import { subscribeAll } from './subscriptions.js'

/** Subscribes a consumer to what it handles, and to its own retry topics; rejects when either is refused, leaving neither. */
export async function openReading(
  { transport, action = 'events', patterns = [], startAt, broadcast = false }: ConsumerOptions,
  delivery: Delivery,
  routes: readonly Route[],
  parts: ConsumerParts,
): Promise<Reading> {
  const { group, retryTopics, gate } = parts
  const giving = (accept: (message: ReceivedMessage) => Promise<void>): TransportSubscription['deliver'] => {
    if (parts.observer === undefined) return (messages) => messages.map(accept)
    return (messages) => messages.map((message) => watched(parts, accept(message)))
  }
  const main: TransportSubscription = {
    group,
    action,
    routes,
    ...(patterns.length > 0 && { patterns }),
    ...(startAt && { startAt }),
    ...(broadcast && { broadcast }),
    ...(parts.positions && { assigned: (places) => (parts.positions as OwnedPartitions).assign(places) }),
    deliver: giving((message) => delivery.accept(message)),
  }
  // First, so that they are there before anything can fail.
  const retries = retryTopics?.subscription(
    action,
    routes,
    giving((message) => delivery.acceptRetry(message)),
  )
  const handle = await subscribeAll(transport, retries === undefined ? [main] : [retries, main])
  return new Reading(handle, { group, transport, routes, patterns, broadcast, gate })
}

async function watched({ observer, group }: ConsumerParts, settling: Promise<void>): Promise<void> {
  try {
    await settling
  } catch (error) {
    observer?.({ kind: 'redelivery', group, error })
    throw error
  }
}
