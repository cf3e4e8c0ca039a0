import type { ComponentHealth } from '@gulo/core'
import { reasonOf } from '../faults.js'

export interface SubscriptionState {
  readonly group: string
  readonly state: 'joining' | 'ready' | 'crashed'
  readonly lastError: unknown
  /** Why a batch could not be read lately. */
  readonly unread: string | undefined
  /** How long nothing has been heard of the member, in milliseconds. */
  readonly silentMs: number
  readonly sessionTimeoutMs: number
}

/** What a subscription has to say of itself. */
export function healthOf(subscription: SubscriptionState): ComponentHealth {
  const { group, state, lastError, unread, silentMs, sessionTimeoutMs } = subscription
  if (unread !== undefined) return { status: 'degraded', detail: `group ${group} cannot read a batch: ${unread}` }
  if (state === 'crashed') return { status: 'degraded', detail: `group ${group} crashed: ${reasonOf(lastError)}` }
  if (state === 'joining') return { status: 'degraded', detail: `group ${group} is being joined` }
  if (silentMs <= sessionTimeoutMs) return { status: 'up' }
  return { status: 'degraded', detail: `group ${group} has not fetched for ${Math.round(silentMs)} ms` }
}
