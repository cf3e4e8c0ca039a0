import { checkedMs } from '../consuming/backoff.js'
import type { FailurePolicy } from '../consuming/failure-policy.js'
import { defaultFailurePolicy } from '../consuming/failure-policy.js'
import { sayMs } from '../runtime/clock.js'
import type { DescribedTransport } from '../transport/transport.js'
import type { ServiceOptions } from './service-options.js'

/** What the wiring promises for everything that leaves the service. */
export function publishingPromise({ transport, store }: ServiceOptions): string {
  if (transport === undefined) return 'nothing leaves the service'
  if (store?.outbox && store.unitOfWork) {
    const kept = store.durable === false ? ' while this process lives' : ''
    return `state and events commit together; every committed event reaches the broker at least once, in order per key${kept}`
  }
  return 'published after the handler succeeded and before send resolves; a crash in between loses the event'
}

/** What the wiring promises for everything that the service consumes. */
export function consumingPromise({ store }: ServiceOptions): string {
  if (store?.inbox === undefined) return 'at least once, in order per key'
  return store.unitOfWork
    ? 'effects in the same store once per message, whatever the broker redelivers; in order per key'
    : 'at least once; what is known to be done is not done again'
}

/** What the wiring contradicts, each with its mend. */
export function contradictions(options: ServiceOptions, handlesIntegrationEvents: boolean): readonly string[] {
  const { transport, store, mapper, policy = defaultFailurePolicy, ordering = 'normal' } = options
  const facts = (transport as Partial<DescribedTransport> | undefined)?.facts
  const faults: [boolean, string][] = [
    [
      handlesIntegrationEvents && transport === undefined,
      'It handles integration events but has no transport: give it one.',
    ],
    [
      mapper !== undefined && mapper.contracts().length > 0 && transport === undefined,
      'Its mapper makes integration events but it has no transport: give it one.',
    ],
    [
      store?.outbox !== undefined && store.unitOfWork === undefined,
      'Its store has an outbox but no unit of work: give it both.',
    ],
    [
      policy.reorders && store?.schedule === undefined,
      'Its failure policy schedules retries but its store has no schedule: give it one, or retry in place.',
    ],
    [
      ordering === 'strict' && policy.reorders,
      'Its ordering is strict but its failure policy schedules retries, which lets messages pass: retry in place.',
    ],
    [
      ordering === 'strict' && facts !== undefined && !facts.orderedByKey,
      `Its ordering is strict but ${facts?.kind} does not keep the order of a key: choose ordering "normal" or another topology.`,
    ],
    ...retentionFault(options, policy),
  ]
  return faults.filter(([broken]) => broken).map(([, text]) => text)
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
