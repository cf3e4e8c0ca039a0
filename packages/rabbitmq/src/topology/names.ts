/** How urgent the messages of a queue are: each priority of a subscription has a queue of its own. */
export type QueuePriority = 'high' | 'normal' | 'low'

/** Whose queue is to be named. */
export interface QueueOwner {
  readonly group: string
  readonly action: string
  readonly priority: QueuePriority
}

// A topic that belongs to another: what was set aside from it, or waits for another attempt.
const PARKING = /\.(?:dlq|quarantine|retry\.[^.]+(?:\.[^.]+)*\.\d+)$/

/**
 * The exchange of a topic: that of the domain, its first segment, where the topic is the type or the domain. Any other
 * topic has an exchange of its own, or messages of one type in two topics could not be told apart.
 */
export function exchangeOf(topic: string, type: string): string {
  return topic === type ? (topic.split('.', 1)[0] as string) : topic
}

/** `service.action.priority`. */
export function queueOf({ group, action, priority }: QueueOwner): string {
  return `${group}.${action}.${priority}`
}

/** Where a quorum queue puts what it has delivered in vain too often. */
export function quarantineOf(queue: string): string {
  return `${queue}.quarantine`
}

/**
 * Whether a topic is a queue of its own name rather than an exchange: `<topic>.dlq`, `<topic>.quarantine` and
 * `<topic>.retry.<group>.<n>`. Through the exchange of the domain such messages would reach the consumers they failed in.
 */
export function isParking(topic: string): boolean {
  return PARKING.test(topic)
}
