import { checkedMs } from '../consuming/backoff.js'
import type { FailurePolicy } from '../consuming/failure-policy.js'
import { defaultFailurePolicy, needsSchedule } from '../consuming/failure-policy.js'
import type { RegisteredHandler } from '../handling/registry.js'
import { sayMs } from '../runtime/clock.js'
import { canForward } from '../transport/forwarding.js'
import type { DescribedTransport } from '../transport/transport.js'
import type { ServiceOptions } from './service-options.js'

/** What the wiring promises for everything that leaves the service. */
export function publishingPromise({ transport, store, onPublishFailure }: ServiceOptions): string {
  if (transport === undefined && store?.relayedBy === undefined) return 'nothing leaves the service'
  if (store?.outbox && store.unitOfWork) {
    const kept = store.durable === false ? ' while this process lives' : ''
    const sender = store.relayedBy === undefined ? '' : `, sent by ${store.relayedBy}`
    return `state and events commit together; every committed event reaches the broker at least once, in order per key${kept}${sender}`
  }
  const refused = onPublishFailure === 'dead-letter' ? 'what the broker refuses is among the dead letters; ' : ''
  return `published after the handler succeeded and before send resolves; ${refused}a crash in between loses the event`
}

/** What the wiring promises for everything that the service consumes. */
export function consumingPromise({ store }: ServiceOptions, broadcast = false): string {
  if (broadcast) return 'every instance handles what is published while it runs, at least once, in order per key'
  if (store?.inbox === undefined) return 'at least once, in order per key'
  return store.unitOfWork
    ? 'effects in the same store once per message, whatever the broker redelivers; in order per key'
    : 'at least once; what is known to be done is not done again'
}

/** What the wiring contradicts, each with its mend; `handlers` are those of integration events. */
export function contradictions(options: ServiceOptions, handlers: readonly RegisteredHandler[]): readonly string[] {
  const handlesIntegrationEvents = handlers.length > 0
  const { transport, store, mapper, policy = defaultFailurePolicy, ordering = 'normal', onPublishFailure } = options
  const facts = (transport as Partial<DescribedTransport> | undefined)?.facts
  const faults: [boolean, string][] = [
    [
      handlesIntegrationEvents && transport === undefined,
      'It handles integration events but has no transport: give it one.',
    ],
    [
      mapper !== undefined &&
        mapper.contracts().length > 0 &&
        transport === undefined &&
        store?.relayedBy === undefined,
      'Its mapper makes integration events but it has no transport: give it one.',
    ],
    [
      store?.outbox !== undefined && store.unitOfWork === undefined,
      'Its store has an outbox but no unit of work: give it both.',
    ],
    [
      needsSchedule(policy) && store?.schedule === undefined,
      'Its failure policy schedules retries but its store has no schedule: give it one, or retry in place.',
    ],
    [
      (options.recurring?.length ?? 0) > 0 && (store?.schedule === undefined || store.recurrences === undefined),
      'It has recurring schedules but its store keeps none: give it a store with schedule and recurrences.',
    ],
    [
      handlesIntegrationEvents && (policy.retryTopics ?? 0) > 0 && transport !== undefined && !canForward(transport),
      'Its failure policy has retry topics but its transport cannot forward: schedule retries, or retry in place.',
    ],
    [
      handlesIntegrationEvents && transport !== undefined && !canForward(transport) && store?.deadLetters === undefined,
      'It has nowhere to put messages that must be set aside: give it a store with dead letters, or a transport that can forward.',
    ],
    [
      onPublishFailure === 'dead-letter' && store?.deadLetters === undefined,
      'Its unsent events are to become dead letters but its store keeps none: give it one, or set onPublishFailure to "reject".',
    ],
    [
      ordering === 'strict' && policy.reorders,
      'Its ordering is strict but its failure policy tries again later, which lets messages pass: retry in place.',
    ],
    [
      ordering === 'strict' && facts !== undefined && !facts.orderedByKey,
      `Its ordering is strict but ${facts?.kind} does not keep the order of a key: choose ordering "normal" or another topology.`,
    ],
    ...extentContradictions(options, handlers, policy),
    ...keptOrderFaults(options, handlers, policy),
    ...retentionFault(options, policy),
  ]
  return faults.filter(([broken]) => broken).map(([, text]) => text)
}

function extentContradictions(
  { patterns = [] }: ServiceOptions,
  handlers: readonly RegisteredHandler[],
  { reorders, retryTopics = 0 }: FailurePolicy,
): [boolean, string][] {
  return [
    [patterns.length > 0 && handlers.length === 0, 'It has patterns but handles no integration events: add a handler.'],
    [
      patterns.length > 0 && retryTopics > 0,
      'It has patterns but its failure policy has retry topics, which nobody reads for a topic found later: schedule retries, or retry in place.',
    ],
    [
      reorders && handlers.some((each) => each.broadcast),
      'It has broadcast handlers but its failure policy tries again later, which any one instance might do: retry in place.',
    ],
  ]
}

function keptOrderFaults(
  { store, transport }: ServiceOptions,
  handlers: readonly RegisteredHandler[],
  { keepsOrder = false }: FailurePolicy,
): [boolean, string][] {
  const facts = (transport as Partial<DescribedTransport> | undefined)?.facts
  return [
    [
      keepsOrder && (store?.heldKeys === undefined || store.deadLetters === undefined),
      'Its failure policy keeps the order behind dead letters but its store holds no keys: give it memoryStore() or a database.',
    ],
    [
      keepsOrder && facts !== undefined && !facts.orderedByKey,
      `Its failure policy keeps the order behind dead letters but ${facts?.kind} does not keep the order of a key: choose another topology.`,
    ],
    [
      keepsOrder && handlers.some((each) => each.broadcast),
      'It has broadcast handlers but its failure policy keeps the order behind dead letters, which all instances would share.',
    ],
  ]
}

// An inbox that forgets before the last retry or replay lets the effect happen twice.
function retentionFault({ store, replayHorizon = 0 }: ServiceOptions, policy: FailurePolicy): [boolean, string][] {
  const retentionMs = store?.inbox?.retentionMs
  if (retentionMs === undefined) return []
  const neededMs = policy.longestMs + checkedMs('replayHorizon', replayHorizon)
  return [
    [
      retentionMs < neededMs,
      `Its inbox remembers for ${sayMs(retentionMs)} but retries and replay reach back ${sayMs(neededMs)}: keep the inbox longer.`,
    ],
  ]
}
