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
