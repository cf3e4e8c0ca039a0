import { fault } from '../faults.js'
import { sleep } from '../runtime/clock.js'
import type { ConsumerParts } from './consumer-parts.js'

/**
 * Waits until a time given in milliseconds since 1970, but no longer than the policy ever waits: clocks differ, and headers
 * may say anything. Rejects when the consumer stops, so that the broker keeps the message.
 */
export async function untilDue(parts: ConsumerParts, dueAtMs: number | undefined): Promise<void> {
  const { group, policy, runtime, stopping } = parts
  const { clock } = runtime
  const endMs = clock.monotonic() + Math.min((dueAtMs ?? 0) - clock.now(), policy.longestMs)
  while (!stopping.aborted && clock.monotonic() < endMs) await sleep(clock, endMs - clock.monotonic(), stopping)
  if (stopping.aborted) throw fault('GULO_STOPPED', { component: `The consumer ${group}` })
}
