import { checkSubscription, type TransportSubscription } from '@gulo/core'
import { MAX_PARTITIONS } from '../config/check.js'
import type { RabbitMqSettings } from '../config/settings.js'
import { coreFault } from '../faults.js'
import { isParking, type QueuePriority } from '../topology/names.js'

const PRIORITIES: readonly unknown[] = ['high', 'normal', 'low'] satisfies QueuePriority[]

const CANNOT = {
  patterns: 'RabbitMQ has no list of topics to match with, so name them',
  startAt: 'a queue begins with what is published from now on',
}

/** @throws GULO_SUBSCRIPTION_INVALID for what is impossible here */
export function check(wanted: TransportSubscription, settings: RabbitMqSettings): void {
  const { startAt, ...others } = CANNOT
  checkSubscription(wanted, { ...others, ...(canStart(wanted) ? {} : { startAt }) })
  const wrong = wrongRoutes(wanted) ?? wrongQueues(wanted, settings)
  if (wrong !== undefined) throw coreFault('GULO_SUBSCRIPTION_INVALID', { group: wanted.group, wrong })
}

// A parked message waits in a queue of its own topic, which is read from the first on.
function canStart(wanted: TransportSubscription): boolean {
  if (wanted?.startAt !== 'earliest') return wanted?.startAt === 'latest'
  return Array.isArray(wanted.routes) && wanted.routes.every((route) => isParking(String(route?.topic)))
}

function wrongRoutes({ action, routes, broadcast }: TransportSubscription): string | undefined {
  if (typeof action !== 'string' || action === '') return 'it has no action'
  const parked = broadcast === true && routes.find(({ topic }) => isParking(topic))
  return parked ? `${parked.topic} is a queue, whose messages cannot be broadcast` : undefined
}

function wrongQueues({ group, action, routes }: TransportSubscription, settings: RabbitMqSettings): string | undefined {
  const { priorityOf, partitions } = settings
  const types = routes.flatMap((route) => route.types)
  const odd = types.find((type) => !PRIORITIES.includes(priorityOf(type)))
  if (odd !== undefined) return `priorityOf answers ${String(priorityOf(odd))} for ${odd}; expected high, normal or low`
  if (typeof partitions !== 'function') return undefined
  const counts = types.map((type) => partitions({ group, action, priority: priorityOf(type) }))
  const wrong = counts.find((count) => !Number.isInteger(count) || count < 0 || count > MAX_PARTITIONS)
  if (wrong === undefined) return undefined
  return `partitions answers ${String(wrong)}; expected a whole number from 0 to ${MAX_PARTITIONS}`
}
