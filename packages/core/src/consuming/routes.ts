import { fault } from '../faults.js'
import type { Mediator } from '../handling/mediator.js'
import type { RegisteredHandler } from '../handling/registry.js'
import type { ContractInfo, ContractRegistry } from '../message/contract.js'
import { contractOf } from '../message/contract.js'
import type { Message } from '../message/message.js'
import { byType, type TopicStrategy, topicOf } from '../transport/topics.js'
import type { Route } from '../transport/transport.js'
import type { TypeRoute } from './delivery.js'

/** The handlers of a mediator that messages from a broker are for. */
export function integrationHandlers(mediator: Mediator): readonly RegisteredHandler[] {
  return mediator.registry.list().filter((each) => each.kind === 'integration event')
}

/** The handlers by wire type. @throws GULO_SUBSCRIPTION_INVALID, GULO_CONTRACT_MISSING, GULO_CONTRACT_NAME … */
export function typesOf(
  group: string,
  handlers: readonly RegisteredHandler[],
  contracts: ContractRegistry,
): ReadonlyMap<string, TypeRoute> {
  if (handlers.length === 0) throw fault('GULO_SUBSCRIPTION_INVALID', { group, wrong: 'it has no handler' })
  const types = new Map<string, { messageClass: TypeRoute['messageClass']; handlers: RegisteredHandler[] }>()
  for (const handler of handlers) {
    const { type, messageClass } = contracts.register(handler.messageClass)
    const route = types.get(type)
    if (route) route.handlers.push(handler)
    else types.set(type, { messageClass, handlers: [handler] })
  }
  for (const { handlers: all } of types.values()) checkNames(group, all)
  return types
}

/**
 * The topics to subscribe to by name. Where a contract's topic depends on the message, patterns must find it.
 * @throws GULO_SUBSCRIPTION_INVALID when there are none
 */
export function routesOf(
  types: ReadonlyMap<string, TypeRoute>,
  topics: TopicStrategy = byType,
  patterns: readonly RegExp[] = [],
): readonly Route[] {
  const routes = new Map<string, string[]>()
  for (const [type, { messageClass }] of types) {
    if (patterns.length > 0 && typeof contractOf(messageClass)?.topic === 'function') continue
    const topic = topicOfClass(type, messageClass, topics)
    const route = routes.get(topic)
    if (route) route.push(type)
    else routes.set(topic, [type])
  }
  return [...routes].map(([topic, wanted]) => ({ topic, types: wanted }))
}

function topicOfClass(type: string, messageClass: TypeRoute['messageClass'], topics: TopicStrategy): string {
  const contract = contractOf(messageClass) as ContractInfo
  if (typeof contract.topic === 'function') {
    throw fault('GULO_SUBSCRIPTION_INVALID', {
      group: type,
      wrong: 'the topic of its contract depends on the message, and no patterns are given',
    })
  }
  return topicOf(contract, topics, undefined as unknown as Message)
}

// Inbox, attempts and dead letters tell handlers apart by name.
function checkNames(group: string, handlers: readonly RegisteredHandler[]): void {
  const names = handlers.map((each) => each.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw fault('GULO_SUBSCRIPTION_INVALID', { group, wrong: `two handlers of one event are named ${twice}` })
  }
}
