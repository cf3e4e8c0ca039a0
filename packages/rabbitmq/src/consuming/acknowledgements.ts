import type { Channel, ConsumeMessage } from 'amqplib'

/** Tells the broker what is done of one consumer's channel: one frame for all that came before the oldest still open. */
export class Acknowledgements {
  /** Received and not done, oldest first. */
  private readonly open = new Set<ConsumeMessage>()
  private done: ConsumeMessage[] = []

  constructor(private readonly channel: Pick<Channel, 'ack'>) {}

  /** Takes note of a message, in the order of the channel: nothing is acknowledged with a later one before it is done. */
  received(message: ConsumeMessage): void {
    this.open.add(message)
  }

  /** Acknowledges a message, together with all others that are done by the end of this turn of promises. */
  add(message: ConsumeMessage): void {
    this.done.push(message)
    if (this.done.length === 1) queueMicrotask(() => this.flush())
  }

  /** Acknowledges at once what is done. */
  flush(): void {
    const done = this.done
    this.done = []
    for (const message of done) this.open.delete(message)
    const [oldest] = this.open
    const limit = oldest === undefined ? Number.POSITIVE_INFINITY : tagOf(oldest)
    const before = done.filter((message) => tagOf(message) < limit)
    try {
      if (before.length > 0) this.channel.ack(before.reduce(later), before.length > 1)
      for (const message of done) if (tagOf(message) > limit) this.channel.ack(message)
    } catch {
      // the channel has closed: the broker delivers the messages again
    }
  }
}

function tagOf({ fields }: ConsumeMessage): number {
  return fields.deliveryTag
}

function later(one: ConsumeMessage, other: ConsumeMessage): ConsumeMessage {
  return tagOf(one) > tagOf(other) ? one : other
}
