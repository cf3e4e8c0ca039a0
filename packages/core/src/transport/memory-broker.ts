import { reportFaults } from '../faults.js'
import type { Runtime } from '../runtime/runtime.js'
import type { RuntimeUser } from '../runtime/runtime-user.js'
import { MemoryFaults } from './memory-faults.js'
import { MemoryGroup } from './memory-group.js'
import { type MemoryPartition, MemoryTopic } from './memory-topic.js'

export interface MemoryBrokerOptions {
  /** Partitions of every topic. @default 3 */
  readonly partitions?: number
  /** For transports that are given no runtime of their own. @default that of the service */
  readonly runtime?: Runtime
}

/** Makes a broker in memory; transports that share it reach one another. */
export function memoryBroker(options?: MemoryBrokerOptions): MemoryBroker {
  return new MemoryBroker(options)
}

/** Topics with partitions and groups with offsets, as long as the process lives. Topics are made when first named. */
export class MemoryBroker implements RuntimeUser {
  readonly faults = new MemoryFaults()
  private readonly partitions: number
  private readonly topics = new Map<string, MemoryTopic>()
  private readonly groups = new Map<string, MemoryGroup>()
  private readonly broadcasts = new Set<MemoryGroup>()
  private readonly ownRuntime: Runtime | undefined
  private givenRuntime: Runtime | undefined

  constructor({ partitions = 3, runtime }: MemoryBrokerOptions = {}) {
    const valid = Number.isInteger(partitions) && partitions > 0
    reportFaults('the memory broker', valid ? [] : [`partitions is ${partitions}: use a whole number above 0.`])
    this.partitions = partitions
    this.ownRuntime = runtime
  }

  /** The runtime that was given to it, if any. */
  get runtime(): Runtime | undefined {
    return this.ownRuntime ?? this.givenRuntime
  }

  useRuntime(runtime: Runtime): void {
    this.givenRuntime = runtime
  }

  topic(name: string): MemoryTopic {
    const known = this.topics.get(name)
    if (known !== undefined) return known
    const topic = new MemoryTopic(name, this.partitions)
    this.topics.set(name, topic)
    for (const group of [...this.groups.values(), ...this.broadcasts]) group.appeared(topic)
    return topic
  }

  /** The topics there are whose names are wanted. */
  topicsLike(wants: (topic: string) => boolean): readonly MemoryTopic[] {
    return [...this.topics.values()].filter(({ name }) => wants(name))
  }

  group(name: string): MemoryGroup {
    const group = this.groups.get(name) ?? new MemoryGroup(this.faults)
    this.groups.set(name, group)
    return group
  }

  /** A group for one broadcast subscription, kept until `forget`. */
  broadcastGroup(): MemoryGroup {
    const group = new MemoryGroup(this.faults)
    this.broadcasts.add(group)
    return group
  }

  forget(group: MemoryGroup): void {
    this.broadcasts.delete(group)
  }

  /** Every message of a topic, partition by partition, for looking at what was published. */
  messages(topic: string): ReturnType<MemoryPartition['read']>[] {
    const partitions = this.topics.get(topic)?.partitions ?? []
    return partitions.flatMap((partition) =>
      Array.from({ length: partition.end }, (_, offset) => partition.read(offset, 0)),
    )
  }

  /** Takes every partition of a group away from its members and shares them anew, as after a lost session. */
  rebalance(group: string): void {
    this.groups.get(group)?.reassign()
  }
}
