import type { PartitionOffset, StartPosition } from './transport.js'

// The last millisecond that a Date can tell.
const MAX_TIME = 8_640_000_000_000_000

/** What is wrong with a position, each with its mend; `option` is what it is called where it was given. */
export function positionFaults(position: unknown, option = 'startAt'): readonly string[] {
  if (position === undefined || position === 'earliest' || position === 'latest') return []
  const { timestamp, offsets } = (typeof position === 'object' && position !== null ? position : {}) as {
    readonly timestamp?: unknown
    readonly offsets?: unknown
  }
  if ((timestamp === undefined) === (offsets === undefined)) {
    return [`${option} is ${say(position)}: use "earliest", "latest", { timestamp } or { offsets }.`]
  }
  if (offsets !== undefined) return offsetFaults(offsets, option)
  return typeof timestamp === 'number' && timestamp >= 0 && timestamp <= MAX_TIME
    ? []
    : [`${option}.timestamp is ${say(timestamp)}: use milliseconds since 1970.`]
}

/** A position in words, for descriptions. */
export function sayPosition(position: StartPosition): string {
  if (typeof position === 'string') return position
  if ('timestamp' in position) return `from ${new Date(position.timestamp).toISOString()}`
  return position.offsets.map(({ topic, partition, offset }) => `${topic}/${partition} from ${offset}`).join(', ')
}

function offsetFaults(offsets: unknown, option: string): readonly string[] {
  if (!Array.isArray(offsets) || offsets.length === 0) {
    return [`${option}.offsets is ${say(offsets)}: list topic, partition and offset.`]
  }
  const seen = new Set<string>()
  return offsets.flatMap((each: Partial<PartitionOffset> | null) => {
    if (!isOffset(each)) {
      return [`${option}.offsets has ${say(each)}: use a topic, a partition from 0, and an offset as text of digits.`]
    }
    const partition = `${each.topic}/${each.partition}`
    const twice = seen.has(partition)
    seen.add(partition)
    return twice ? [`${option}.offsets names ${partition} twice: keep one.`] : []
  })
}

function isOffset(each: Partial<PartitionOffset> | null): each is PartitionOffset {
  if (typeof each !== 'object' || each === null) return false
  const { topic, partition, offset } = each
  const placed = typeof topic === 'string' && topic !== '' && Number.isInteger(partition) && Number(partition) >= 0
  return placed && typeof offset === 'string' && /^\d+$/.test(offset)
}

function say(found: unknown): string {
  if (typeof found === 'number' || found === undefined) return String(found)
  try {
    return JSON.stringify(found) ?? typeof found
  } catch {
    return typeof found
  }
}
