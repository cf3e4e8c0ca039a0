import type { ContractInfo } from '../message/contract.js'
import type { Message } from '../message/message.js'

/** Decides the topic of a wire type. */
export type TopicStrategy = (type: string) => string

/** One topic for each type, named like it. The default. */
export const byType: TopicStrategy = (type) => type

/** One topic for each domain, the first segment of the type: the key decides the partition. */
export const byDomain: TopicStrategy = (type) => type.split('.', 1)[0] as string

/** `<prefix>.<entity>_<event>`: `ordering.order.placed.v1` becomes `integration-events.order_placed`. */
export function snakeCase(prefix: string): TopicStrategy {
  return (type) => {
    const parts = type.split('.').filter((part, index, all) => !(index === all.length - 1 && /^v\d+$/.test(part)))
    return `${prefix}.${parts.slice(1).join('_').replaceAll('-', '_')}`
  }
}

/** The topic of one message: its contract's own, else the strategy's. */
export function topicOf(contract: ContractInfo, strategy: TopicStrategy, message: Message): string {
  if (contract.topic === undefined) return strategy(contract.type)
  return typeof contract.topic === 'function' ? contract.topic(message) : contract.topic
}
