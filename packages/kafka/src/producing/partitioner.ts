import type { Random } from '@gulo/core'
import type { TopicDescription } from '../client/client.js'

/** Chooses partitions as the Java client's default does for keys, and in turn for messages without one. */
export class Partitioner {
  private readonly turns = new Map<string, number>()
  private readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  /** The partition of a message of this key; the same for the same key and number of partitions. */
  choose({ topic, partitions }: TopicDescription, key: string | undefined): number {
    if (key !== undefined) return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions.length
    // A partition without a leader would hold the message back, and any other will do.
    const led = partitions.filter(({ leader }) => leader !== undefined)
    const among = led.length > 0 ? led : partitions
    const turn = (this.turns.get(topic) ?? Math.floor(this.random.next() * among.length)) % among.length
    this.turns.set(topic, turn + 1)
    return (among[turn] as { partition: number }).partition
  }
}

const M = 0x5bd1e995

/** MurmurHash2 as Kafka uses it (seed 0x9747b28c), as a signed 32-bit number. */
function murmur2(data: Uint8Array): number {
  const { length } = data
  const view = new DataView(data.buffer, data.byteOffset, length)
  let hash = 0x9747b28c ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = Math.imul(view.getInt32(at, true), M)
    word ^= word >>> 24
    hash = Math.imul(hash, M) ^ Math.imul(word, M)
  }
  if (at < length) {
    for (let rest = length - 1; rest >= at; rest--) hash ^= (data[rest] as number) << (8 * (rest - at))
    hash = Math.imul(hash, M)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, M)
  return hash ^ (hash >>> 15)
}
