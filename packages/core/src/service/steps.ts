import type { StopOptions } from '../transport/transport.js'
import type { LifecycleStep } from './lifecycle.js'
import type { ServiceOptions } from './service-options.js'
import type { Wiring } from './wiring.js'

const nothing = () => undefined

/** The parts of a service in the order of their start. */
export function stepsOf(
  { store, transport }: ServiceOptions,
  { relay, scheduler, recurrer, consumers, release }: Wiring,
): readonly LifecycleStep[] {
  return [
    { name: 'store', start: () => store?.start?.(), stop: (options: StopOptions) => store?.stop?.(options) },
    { name: 'transport', start: () => transport?.start(), stop: (options: StopOptions) => transport?.stop(options) },
    { name: 'relay', start: () => relay?.start(), stop: (options: StopOptions) => relay?.stop(options) },
    // They hand messages to consumers: they begin when those have begun, and what they handed over ends with them.
    { name: 'scheduler', start: nothing, stop: (options: StopOptions) => scheduler?.stop(options) },
    { name: 'parked messages', start: nothing, stop: () => release?.stop() },
    ...consumers.map((consumer) => ({
      name: `consumer ${consumer.group}`,
      start: () => consumer.start(),
      stop: (options: StopOptions) => consumer.stop(options),
    })),
    { name: 'held keys', start: () => release?.start(), stop: () => release?.rest() },
    { name: 'due messages', start: () => scheduler?.start(), stop: () => scheduler?.rest() },
    { name: 'what recurs', start: () => recurrer?.start(), stop: (options: StopOptions) => recurrer?.stop(options) },
  ]
}
