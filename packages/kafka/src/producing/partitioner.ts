import { GuloError, type Random } from '@gulo/core'
import type { TopicDescription } from '../client/client.js'
import type { ChoosePartition, Partitioning } from '../config/partitioning.js'
import { kafkaFault, reasonOf } from '../faults.js'

const SCRATCH_BYTES = 768
// a UTF-16 unit takes at most three bytes
const WIDEST = 3

/** Chooses partitions: by key as the Java client's default does, in turn without a key, or as it is told to. */
export class Partitioner {
  private readonly scratch = Buffer.allocUnsafe(SCRATCH_BYTES)
  private readonly turns = new Map<string, number>()
  private readonly random: Random
  private readonly partitioning: Partitioning

  constructor(random: Random, partitioning: Partitioning = 'key') {
    this.random = random
    this.partitioning = partitioning
  }

  /**
   * The partition of a message of this key; the same for the same key and number of partitions, unless all go in turn.
   * @throws KAFKA_PARTITION_UNNAMED or KAFKA_PARTITIONER_FAILED
   */
  choose(description: TopicDescription, key: string | undefined): number {
    const { topic, partitions } = description
    const how = this.partitioning
    if (typeof how === 'function') return chosenBy(how, topic, key, partitions.length)
    if (how === 'explicit') throw kafkaFault('KAFKA_PARTITION_UNNAMED', { topic })
    if (key === undefined || how === 'round-robin') return this.inTurn(description)
    return (murmur2(this.bytesOf(key)) & 0x7fffffff) % partitions.length
  }

  /** The UTF-8 bytes of a key, until the next call. */
  private bytesOf(key: string): Uint8Array {
    if (key.length * WIDEST > this.scratch.length) return Buffer.from(key)
    return this.scratch.subarray(0, this.scratch.write(key))
  }

  private inTurn({ topic, partitions }: TopicDescription): number {
    // A partition without a leader would hold the message back, and any other will do.
    const led = partitions.filter(({ leader }) => leader !== undefined)
    const among = led.length > 0 ? led : partitions
    const turn = (this.turns.get(topic) ?? Math.floor(this.random.next() * among.length)) % among.length
    this.turns.set(topic, turn + 1)
    return (among[turn] as { partition: number }).partition
  }
}

function chosenBy(choose: ChoosePartition, topic: string, key: string | undefined, partitions: number): number {
  let chosen: unknown
  try {
    chosen = choose(topic, key, partitions)
  } catch (error) {
    throw GuloError.is(error)
      ? error
      : kafkaFault('KAFKA_PARTITIONER_FAILED', { topic, reason: reasonOf(error) }, error)
  }
  if (Number.isInteger(chosen) && (chosen as number) >= 0 && (chosen as number) < partitions) return chosen as number
  const reason = `it answered ${String(chosen)} where there are ${partitions} partitions`
  throw kafkaFault('KAFKA_PARTITIONER_FAILED', { topic, reason })
}

const M = 0x5bd1e995

/** MurmurHash2 as Kafka uses it (seed 0x9747b28c), as a signed 32-bit number. */
function murmur2(data: Uint8Array): number {
  const { length } = data
  let hash = 0x9747b28c ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = Math.imul(wordAt(data, at), M)
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

function wordAt(data: Uint8Array, at: number): number {
  const low = (data[at] as number) | ((data[at + 1] as number) << 8)
  return low | ((data[at + 2] as number) << 16) | ((data[at + 3] as number) << 24)
}
