import type { GuloError, Logger } from '@gulo/core'
import { rabbitFault } from '../faults.js'
import type { AmqpMessage } from '../message/outgoing.js'
import type { Topology, TopologyMode } from '../topology/topology.js'

export interface UnroutableOptions {
  readonly unroutable: 'accept' | 'fail' | 'fail-if-lost'
  readonly topology: TopologyMode
  /** How long messages wait for a queue that was there, in milliseconds. */
  readonly patienceMs: number
  readonly logger: Logger
}

/** Decides what becomes of messages that no queue was bound for. */
export class Unroutable {
  /** Messages that were accepted although nobody will get them. */
  accepted = 0
  private readonly routed = new Set<string>()
  private readonly warned = new Set<string>()

  constructor(private readonly options: UnroutableOptions) {}

  /** Remembers that there was a queue for messages like this. */
  hadQueue(message: AmqpMessage): void {
    if (this.options.unroutable !== 'accept' && !message.parked) this.routed.add(routeOf(message))
  }

  /** Remembers for what there is a queue now. */
  expects({ bindings }: Topology): void {
    if (this.options.unroutable !== 'accept') for (const binding of bindings) this.routed.add(routeOf(binding))
  }

  /** Whether there was a queue for messages like this. */
  had(message: AmqpMessage): boolean {
    return this.routed.has(routeOf(message))
  }

  /** The error of a message that was given back, or `undefined` when it counts as published. */
  verdict(message: AmqpMessage): GuloError | undefined {
    if (message.parked || this.options.unroutable === 'fail' || this.had(message)) return this.fault(message)
    const route = routeOf(message)
    this.accepted++
    if (!this.warned.has(route)) {
      this.warned.add(route)
      this.options.logger.warn(
        `rabbitmq: no queue is bound for ${route}; such messages reach nobody (option unroutable)`,
      )
    }
    return undefined
  }

  /** The error of a message that has no queue. */
  fault(message: AmqpMessage): GuloError {
    const { exchange, routingKey: type } = message
    const details = { count: 1, exchange: exchange || '(default)', type, reason: this.reasonOf(message) }
    return rabbitFault('RABBITMQ_UNROUTABLE', details)
  }

  private reasonOf(message: AmqpMessage): string {
    const { topology, patienceMs } = this.options
    if (!message.parked && !this.had(message)) return 'nobody has bound one'
    if (topology !== 'create') return `the one there was is gone, and with topology "${topology}" none is bound here`
    if (message.parked) return 'the one that was declared is gone'
    return `the one there was is gone, and none was bound within ${patienceMs} ms`
  }
}

/** Names what queues are bound for. */
export function routeOf({ exchange, routingKey }: { readonly exchange: string; readonly routingKey: string }): string {
  return `${routingKey} at the exchange ${exchange}`
}
