import { matchesTopic, type TransportSubscription } from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import type { TopicTable } from '../topics/topic-table.js'
import { askAdmin } from './ask-admin.js'

/** Which topics a subscription reads: those it names, and those that match its patterns at the moment. */
export class TopicChoice {
  /** Topics that have come since the first choice. */
  readonly late: ReadonlySet<string>
  private readonly cameLate = new Set<string>()
  private readonly subscription: Pick<TransportSubscription, 'routes' | 'patterns'>
  private readonly topics: Pick<TopicTable, 'ensure'>
  private readonly client: Pick<KafkaClient, 'createAdmin'>
  private chosen: readonly string[] | undefined

  constructor(
    subscription: Pick<TransportSubscription, 'routes' | 'patterns'>,
    topics: Pick<TopicTable, 'ensure'>,
    client: Pick<KafkaClient, 'createAdmin'>,
  ) {
    this.subscription = subscription
    this.topics = topics
    this.client = client
    this.late = this.cameLate
  }

  /** Whether topics can come and go. */
  get isOpen(): boolean {
    return (this.subscription.patterns?.length ?? 0) > 0
  }

  /** Makes sure of the named topics, and looks for the others. @throws KAFKA_TOPIC_MISSING, or what the admin throws */
  async choose(): Promise<readonly string[]> {
    const named = this.subscription.routes.map(({ topic }) => topic)
    await this.topics.ensure([...new Set(named)])
    const names = [...new Set([...named, ...(await this.matching())])].sort()
    if (this.chosen !== undefined) {
      for (const name of names) if (!this.chosen.includes(name)) this.cameLate.add(name)
    }
    this.chosen = [...new Set([...(this.chosen ?? []), ...names])]
    return names
  }

  private async matching(): Promise<readonly string[]> {
    const { patterns = [] } = this.subscription
    if (patterns.length === 0) return []
    const topics = await askAdmin(this.client, (admin) => admin.listTopics())
    return topics.filter((topic) => matchesTopic(patterns, topic))
  }
}
