import type {
  ComponentHealth,
  ListingSubscription,
  PausableSubscription,
  StopOptions,
  TransportSubscription,
} from '@gulo/core'
import { Subscription } from '../consuming/subscription.js'
import type { SubscriptionOptions } from '../consuming/subscription-options.js'

/** The subscriptions of one transport. */
export class Subscriptions {
  private readonly members = new Set<Subscription>()

  /** Resolves once the group is joined. @throws KAFKA_TOPIC_MISSING, KAFKA_REFUSED or KAFKA_SUBSCRIBE_FAILED … */
  async open(
    subscription: TransportSubscription,
    options: SubscriptionOptions,
  ): Promise<PausableSubscription & ListingSubscription> {
    const member = new Subscription(subscription, options)
    this.members.add(member)
    try {
      await member.start()
    } catch (error) {
      this.members.delete(member)
      throw error
    }
    return {
      topics: () => member.topics(),
      pause: (topics) => member.pause(topics),
      resume: (topics) => member.resume(topics),
      close: async (options) => {
        await member.close(options)
        this.members.delete(member)
      },
    }
  }

  async close(options: StopOptions): Promise<void> {
    await Promise.all([...this.members].map((member) => member.close(options)))
    this.members.clear()
  }

  health(): ComponentHealth {
    const ill = [...this.members].map((member) => member.health()).filter(({ status }) => status !== 'up')
    if (ill.length === 0) return { status: 'up' }
    return { status: 'degraded', detail: ill.map(({ detail }) => detail).join('; ') }
  }
}
