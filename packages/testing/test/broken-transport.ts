import {
  type DelayedForwarder,
  type Envelope,
  type GroupMover,
  type HealthReporter,
  type LagReporter,
  type MemoryBroker,
  type MemoryTransport,
  memoryBroker,
  memoryTransport,
  type PausableSubscription,
  type ReceivedMessage,
  type Transport,
  type TransportSubscription,
} from '@gulo/core'
import type { TransportDriver } from '@gulo/testing'

export type AnyTransport = Transport & DelayedForwarder & LagReporter & GroupMover & HealthReporter

/** Makes drivers over the memory transport, with some methods exchanged. */
export function broken(
  exchange: (inner: MemoryTransport, broker: MemoryBroker) => Partial<AnyTransport>,
  options: Parameters<typeof memoryTransport>[0] = {},
): () => TransportDriver {
  return () => {
    const broker = memoryBroker()
    return {
      create: () => {
        const inner = memoryTransport({ broker, redeliveryDelayMs: 2, ...options })
        return { ...methodsOf(inner), ...exchange(inner, broker) } as Transport
      },
    }
  }
}

/** A transport whose members' answers are exchanged. */
export function answering(
  exchange: (messages: readonly ReceivedMessage[], deliver: () => readonly Promise<void>[]) => readonly Promise<void>[],
): () => TransportDriver {
  return broken((inner) => ({
    subscribe: (subscription) =>
      inner.subscribe({
        ...subscription,
        deliver: (messages) => exchange(messages, () => subscription.deliver(messages)),
      }),
  }))
}

/** A transport whose members are given other messages than were published. */
export function giving(exchange: (message: ReceivedMessage) => ReceivedMessage): () => TransportDriver {
  return broken((inner) => ({
    subscribe: (subscription) =>
      inner.subscribe({ ...subscription, deliver: (messages) => subscription.deliver(messages.map(exchange)) }),
  }))
}

/** A transport that publishes other envelopes than it was given. */
export function publishing(exchange: (envelopes: readonly Envelope[]) => readonly Envelope[]): () => TransportDriver {
  return broken((inner) => ({ publish: (envelopes) => inner.publish(exchange(envelopes)) }))
}

/** A transport that takes subscriptions for others. */
export function subscribing(
  exchange: (subscription: TransportSubscription, broker: MemoryBroker) => Partial<TransportSubscription>,
): () => TransportDriver {
  return broken((inner, broker) => ({
    subscribe: (subscription) => inner.subscribe({ ...subscription, ...exchange(subscription, broker) }),
  }))
}

/** A transport whose subscriptions rest in another way. */
export function resting(
  exchange: (inner: PausableSubscription, again: () => Promise<PausableSubscription>) => Partial<PausableSubscription>,
): () => TransportDriver {
  return broken((inner) => ({
    subscribe: async (subscription) => {
      const handle = await inner.subscribe(subscription)
      const methods: PausableSubscription = {
        close: (options) => handle.close(options),
        pause: (topics) => handle.pause(topics),
        resume: (topics) => handle.resume(topics),
      }
      return { ...methods, ...exchange(handle, () => inner.subscribe(subscription)) }
    },
  }))
}

function methodsOf(inner: MemoryTransport): AnyTransport {
  return {
    start: () => inner.start(),
    stop: (options) => inner.stop(options),
    subscribe: (subscription) => inner.subscribe(subscription),
    publish: (envelopes) => inner.publish(envelopes),
    forward: (messages) => inner.forward(messages),
    forwardAfter: (messages, delayMs) => inner.forwardAfter(messages, delayMs),
    lag: (group, topics) => inner.lag(group, topics),
    moveGroup: (group, topics, to) => inner.moveGroup(group, topics, to),
    health: () => inner.health(),
  }
}
