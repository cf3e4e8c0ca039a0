import type { Envelope } from '../message/envelope.js'
import type { OutboxEntry } from './outbox.js'

/** The entries of each topic, in their order. */
export function byTopic(entries: readonly OutboxEntry[]): readonly (readonly OutboxEntry[])[] {
  const groups = new Map<string, OutboxEntry[]>()
  for (const entry of entries) {
    const group = groups.get(entry.envelope.topic)
    if (group) group.push(entry)
    else groups.set(entry.envelope.topic, [entry])
  }
  return [...groups.values()]
}

/** The entries whose envelopes failed, by what they failed with: one that is hopeless is not tried again with the rest. */
export function byError(
  entries: readonly OutboxEntry[],
  errors: ReadonlyMap<Envelope, unknown>,
): ReadonlyMap<unknown, readonly OutboxEntry[]> {
  const groups = new Map<unknown, OutboxEntry[]>()
  for (const entry of entries) {
    if (!errors.has(entry.envelope)) continue
    const error = errors.get(entry.envelope)
    const group = groups.get(error)
    if (group) group.push(entry)
    else groups.set(error, [entry])
  }
  return groups
}
