import { fault, reportFaults } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { type ContractInfo, contractOf } from '../message/contract.js'
import type { Envelope } from '../message/envelope.js'
import { describeValue, type IntegrationEvent, type Message } from '../message/message.js'
import type { Runtime } from '../runtime/runtime.js'
import { byType, type TopicStrategy, topicOf } from '../transport/topics.js'

export interface EnvelopeFactoryOptions {
  /** The name of the service, as CloudEvents `source`: a URI reference, so without spaces. */
  readonly source: string
  readonly runtime: Runtime
  /** @default byType */
  readonly topics?: TopicStrategy
  /** Names of headers that an event inherits from the message that caused it. @default none */
  readonly passHeaders?: readonly string[]
}

/** Puts integration events into envelopes: new id and time, the key of the contract, correlation and tenant inherited. */
export class EnvelopeFactory {
  private readonly source: string
  private readonly runtime: Runtime
  private readonly topics: TopicStrategy
  private readonly passHeaders: readonly string[]

  /** @throws GULO_CONFIGURATION_INVALID */
  constructor({ source, runtime, topics = byType, passHeaders = [] }: EnvelopeFactoryOptions) {
    reportFaults('the envelopes', [...sourceFaults(source), ...headerFaults(passHeaders)])
    this.passHeaders = passHeaders
    this.source = source
    this.runtime = runtime
    this.topics = topics
  }

  /** @throws GULO_CONTRACT_MISSING, GULO_KEY_INVALID or GULO_TOPIC_INVALID */
  make(event: IntegrationEvent, context: MessageContext): Envelope {
    const contract = contractOf(event?.constructor)
    if (contract === undefined) throw this.withoutContract(event)
    const key = contract.key?.(event)
    const topic = topicOf(contract, this.topics, event)
    if (typeof topic !== 'string' || topic === '') throw topicFault(event, topic)
    return {
      id: this.runtime.newId(),
      type: contract.type,
      source: this.source,
      topic,
      occurredAt: this.runtime.timestamp(),
      payload: event,
      contentType: undefined,
      partitionKey: key,
      partition: undefined,
      aggregateType: contract.aggregateType,
      aggregateId: key,
      correlationId: context.correlationId,
      causationId: context.messageId,
      tenantId: context.tenantId,
      traceparent: context.traceparent,
      tracestate: context.tracestate,
      dataVersion: contract.dataVersion,
      dataSchema: undefined,
      deliverBy: undefined,
      headers: this.passHeaders.length === 0 ? undefined : this.passed(context.headers),
    }
  }

  /** The topic that messages of a contract go to, where it does not depend on the message. */
  topicFor(contract: ContractInfo): string | undefined {
    return typeof contract.topic === 'function'
      ? undefined
      : topicOf(contract, this.topics, undefined as unknown as Message)
  }

  private passed(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
    const names = this.passHeaders.filter((name) => Object.hasOwn(headers, name))
    return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, headers[name] as string]))
  }

  private withoutContract(event: unknown): Error {
    const name = typeof event === 'object' && event !== null ? event.constructor?.name : undefined
    return fault('GULO_CONTRACT_MISSING', { message: name ?? describeValue(event) })
  }
}

function topicFault(event: object, topic: unknown): Error {
  const found = topic === '' ? 'an empty text' : describeValue(topic)
  return fault('GULO_TOPIC_INVALID', { message: event.constructor.name, found })
}

function headerFaults(names: unknown): string[] {
  const valid = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '')
  return valid ? [] : ['passHeaders is no list of header names: use one such as ["x-region"].']
}

function sourceFaults(source: unknown): string[] {
  const valid = typeof source === 'string' && /^[!-~]+$/.test(source) && !/[<>"{}|\\^`]/.test(source)
  return valid ? [] : [`source is ${JSON.stringify(source)}: use a name or URI without spaces, such as "ordering".`]
}
