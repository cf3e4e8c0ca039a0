import type { ComponentHealth, HealthReporter } from '../transport/transport.js'
import type { LifecycleState } from './lifecycle.js'
import type { ServiceOptions } from './service-options.js'

export interface ServiceHealth {
  readonly status: ComponentHealth['status']
  readonly state: LifecycleState
  readonly components: Readonly<Record<string, ComponentHealth>>
}

/** Asks the parts that can tell; the service is as well as its worst part. */
export async function healthOf({ transport, store }: ServiceOptions, state: LifecycleState): Promise<ServiceHealth> {
  const components: Record<string, ComponentHealth> = {}
  if (transport) components['transport'] = await ask(transport)
  if (store) components['store'] = await ask(store)
  if (store?.outbox?.pending) components['outbox'] = await askOutbox(store.outbox.pending.bind(store.outbox))
  const statuses = Object.values(components).map((each) => each.status)
  const worst = statuses.includes('down') ? 'down' : statuses.includes('degraded') ? 'degraded' : 'up'
  return { status: state === 'started' ? worst : 'down', state, components }
}

async function ask(part: object): Promise<ComponentHealth> {
  try {
    return (await (part as Partial<HealthReporter>).health?.()) ?? { status: 'up' }
  } catch (error) {
    return { status: 'down', detail: error instanceof Error ? error.message : String(error) }
  }
}

async function askOutbox(
  pending: () => Promise<{ readonly count: number; readonly oldestAgeMs: number | undefined; readonly parked: number }>,
): Promise<ComponentHealth> {
  const { count, oldestAgeMs, parked } = await pending()
  const age = oldestAgeMs === undefined ? '' : `, the oldest ${Math.round(oldestAgeMs)} ms old`
  return { status: parked > 0 ? 'degraded' : 'up', detail: `${count} pending${age}, ${parked} parked` }
}
