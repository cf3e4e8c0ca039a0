import type { DescribedTransport } from '../transport/transport.js'
import { consumingPromise, publishingPromise } from './guarantees.js'
import type { ServiceOptions } from './service-options.js'
import type { Wiring } from './wiring.js'

export interface ServiceDescription {
  readonly name: string
  readonly transport: string | undefined
  readonly handlers: readonly {
    readonly message: string
    readonly kind: string
    readonly handler: string
    readonly chain: readonly string[]
  }[]
  readonly mappings: readonly string[]
  /** What leaves the service. */
  readonly publishes: readonly { readonly type: string; readonly topic: string; readonly promise: string }[]
  /** What recurs, and when. */
  readonly recurring: readonly { readonly name: string; readonly words: string; readonly catchUp: string }[]
  /** What the service consumes. */
  readonly consumes: readonly {
    readonly group: string
    readonly types: readonly string[]
    /** Topics it reads beside those of its types. */
    readonly patterns: readonly string[]
    /** Where it starts without a position; `undefined` where the transport decides. */
    readonly startAt: string | undefined
    /** Whether every instance handles every message. */
    readonly broadcast: boolean
    readonly promise: string
    readonly policy: readonly string[]
  }[]
}

/** Says what a service handles, maps, publishes, consumes and promises. */
export function describeService(
  options: ServiceOptions,
  { inner, envelopes, contracts, consumers }: Wiring,
): ServiceDescription {
  const handlers = inner.registry.list()
  const mapped = options.mapper?.contracts().map((each) => contracts.register(each)) ?? []
  return {
    name: options.name,
    transport: (options.transport as Partial<DescribedTransport> | undefined)?.facts?.kind,
    handlers: handlers.map(({ messageClass, kind, name }, index) => ({
      message: messageClass.name,
      kind,
      handler: name,
      chain:
        inner.explain(messageClass)[
          handlers.slice(0, index).filter((each) => each.messageClass === messageClass).length
        ] ?? [],
    })),
    mappings: options.mapper?.describe() ?? [],
    publishes: mapped.map((contract) => ({
      type: contract.type,
      topic: envelopes.topicFor(contract as never) ?? 'decided by the message',
      promise: publishingPromise(options),
    })),
    recurring: (options.recurring ?? []).map(({ name, occurrences, catchUp }) => {
      return { name, words: occurrences.words, catchUp }
    }),
    consumes: consumers.map((consumer) => ({
      group: consumer.group,
      types: consumer.types(),
      ...consumer.extent(),
      promise: consumingPromise(options, consumer.extent().broadcast),
      policy: consumer.describe(),
    })),
  }
}
