import type { PartitionLag } from '@gulo/core'
import { isParking } from '../topology/names.js'
import { type SubscribedRoutes, subscriptionTopology } from '../topology/subscription-topology.js'
import type { TopologyRules } from '../topology/topology.js'

interface KnownQueue {
  readonly group: string
  readonly topics: readonly string[]
  readonly queue: string
  readonly partition: number | undefined
}

/** The queues of the groups that this process has subscribed, and what waits in them. */
export class Backlog {
  private readonly known = new Map<string, KnownQueue>()

  /** Remembers the queues of a subscription, also when it has been closed. */
  remember(wanted: SubscribedRoutes, rules: TopologyRules): void {
    const { group, routes } = wanted
    const topics = routes.map(({ topic }) => topic).filter((topic) => !isParking(topic))
    for (const { queue, partition, members } of subscriptionTopology(wanted, rules)) {
      if (members === true || isParking(queue)) continue
      this.known.set(`${group} ${queue}`, { group, topics, queue, partition })
    }
  }

  /** `ready` answers what waits in a queue, `undefined` without one; `here` what this process holds of it. */
  async lag(
    group: string,
    topics: readonly string[],
    ready: (queue: string) => Promise<number | undefined>,
    here: (queue: string) => number,
  ): Promise<readonly PartitionLag[]> {
    const lags: PartitionLag[] = []
    for (const { topic, queue, partition } of this.queuesOf(group, topics)) {
      const waiting = await ready(queue)
      if (waiting === undefined) continue
      lags.push({ topic, partition, queue, position: undefined, lag: waiting + here(queue) })
    }
    return lags
  }

  private *queuesOf(group: string, topics: readonly string[]) {
    for (const known of this.known.values()) {
      const topic = known.topics.find((each) => topics.includes(each))
      if (known.group === group && topic !== undefined) yield { ...known, topic }
    }
    for (const topic of topics.filter(isParking)) yield { topic, queue: topic, partition: undefined }
  }
}
