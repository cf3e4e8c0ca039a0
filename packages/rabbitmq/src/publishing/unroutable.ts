import type { GuloError, Logger } from '@gulo/core'
import { rabbitFault } from '../faults.js'
import type { AmqpMessage } from '../message/outgoing.js'

/** Decides what becomes of messages that no queue was bound for. */
export class Unroutable {
  /** Messages that were accepted although nobody will get them. */
  accepted = 0
  private readonly routed = new Set<string>()
  private readonly warned = new Set<string>()

  constructor(
    private readonly rule: 'accept' | 'fail' | 'fail-if-lost',
    private readonly logger: Logger,
  ) {}

  /** Remembers that there was a queue for messages like this. */
  hadQueue(message: AmqpMessage): void {
    if (this.rule === 'fail-if-lost' && !message.parked) this.routed.add(routeOf(message))
  }

  /** The error of a message that was given back, or `undefined` when it counts as published. */
  verdict(message: AmqpMessage): GuloError | undefined {
    const route = routeOf(message)
    if (message.parked || this.rule === 'fail' || this.routed.has(route)) {
      const { exchange, routingKey: type } = message
      return rabbitFault('RABBITMQ_UNROUTABLE', { count: 1, exchange: exchange || '(default)', type })
    }
    this.accepted++
    if (!this.warned.has(route)) {
      this.warned.add(route)
      this.logger.warn(`rabbitmq: no queue is bound for ${route}; such messages reach nobody (option unroutable)`)
    }
    return undefined
  }
}

function routeOf({ exchange, routingKey }: AmqpMessage): string {
  return `${routingKey} at the exchange ${exchange}`
}
