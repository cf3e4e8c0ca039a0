import type { Clock, Random, TransportSubscription } from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import { askAdmin } from './ask-admin.js'
import { within } from './repeat.js'

const UNIQUE_BYTES = 8

/** The group that a subscription joins: a broadcast has one of its own, which ends with it. */
export function groupOf({ group, broadcast }: TransportSubscription, random: Random): string {
  if (broadcast !== true) return group
  const bytes = new Uint8Array(UNIQUE_BYTES)
  random.fill(bytes)
  return `${group}.${Buffer.from(bytes).toString('hex')}`
}

const FORGET_MS = 3000

/** Has the brokers forget a group that nobody will join again, within a moment. */
export async function forget(group: string, client: KafkaClient, clock: Clock): Promise<void> {
  const forgotten = askAdmin(client, (admin) => admin.deleteGroup(group))
  await within(clock, FORGET_MS, forgotten)
}
