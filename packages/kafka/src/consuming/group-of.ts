import type { Random, TransportSubscription } from '@gulo/core'

const UNIQUE_BYTES = 8

/** The group that a subscription joins: a broadcast has one of its own, which ends with it. */
export function groupOf({ group, broadcast }: TransportSubscription, random: Random): string {
  if (broadcast !== true) return group
  const bytes = new Uint8Array(UNIQUE_BYTES)
  random.fill(bytes)
  return `${group}.${Buffer.from(bytes).toString('hex')}`
}
