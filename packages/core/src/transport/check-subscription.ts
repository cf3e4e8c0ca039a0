import { fault } from '../faults.js'
import { positionFaults } from './start-position.js'
import { patternFaults } from './topic-patterns.js'
import type { TransportSubscription } from './transport.js'

/** What a transport cannot do with subscriptions, each with the reason. */
export interface SubscriptionLimits {
  readonly patterns?: string
  /** Why it cannot start elsewhere than with the oldest message it keeps. */
  readonly startAt?: string
  readonly broadcast?: string
}

/**
 * Refuses a subscription that nobody could serve, and one that wants what its transport cannot. For transports.
 * @throws GULO_SUBSCRIPTION_INVALID
 */
export function checkSubscription(subscription: TransportSubscription, cannot: SubscriptionLimits = {}): void {
  const faults = [
    ...basicFaults(subscription),
    ...extentFaults(subscription ?? {}),
    ...limitFaults(subscription, cannot),
  ]
  if (faults.length === 0) return
  throw fault('GULO_SUBSCRIPTION_INVALID', {
    group: String(subscription?.group),
    wrong: faults.join(' ').replace(/\.$/, ''),
  })
}

/** What is wrong with the options that say how far a subscription reaches, each with its mend. */
export function extentFaults({
  patterns,
  startAt,
  broadcast,
}: {
  readonly patterns?: unknown
  readonly startAt?: unknown
  readonly broadcast?: unknown
}): readonly string[] {
  return [
    ...patternFaults(patterns),
    ...positionFaults(startAt),
    ...(broadcast === undefined || typeof broadcast === 'boolean'
      ? []
      : [`broadcast is ${String(broadcast)}: use true or false.`]),
  ]
}

function basicFaults(subscription: TransportSubscription): readonly string[] {
  const { group, routes, patterns = [], deliver } = subscription ?? {}
  const named = typeof group === 'string' && group !== ''
  const routed = Array.isArray(routes)
  const unnamed = routed ? routes.filter((route) => typeof route?.topic !== 'string' || route.topic === '') : []
  return [
    ...(named ? [] : ['it has no group.']),
    ...(routed && routes.length + patterns.length > 0 ? [] : ['it has no routes.']),
    ...unnamed.map((route) => `it has a topic named ${String(route?.topic)}.`),
    ...(typeof deliver === 'function' ? [] : ['it has no deliver function.']),
  ]
}

function limitFaults({ patterns, startAt, broadcast }: TransportSubscription, cannot: SubscriptionLimits): string[] {
  const wanted = {
    patterns: (patterns?.length ?? 0) > 0,
    startAt: startAt !== undefined && startAt !== 'earliest',
    broadcast: broadcast === true,
  }
  return (['patterns', 'startAt', 'broadcast'] as const)
    .filter((ability) => wanted[ability] && cannot[ability] !== undefined)
    .map((ability) => `it wants ${ability}, but ${cannot[ability]}.`)
}
