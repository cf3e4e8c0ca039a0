import type { Runtime } from './runtime.js'

/** A part that can be given the runtime of the service it works for, before it is started. */
export interface RuntimeUser {
  useRuntime(runtime: Runtime): void
}

/** Hands `runtime` to every part that takes one. */
export function shareRuntime(runtime: Runtime, ...parts: readonly unknown[]): void {
  for (const part of parts) (part as Partial<RuntimeUser> | undefined)?.useRuntime?.(runtime)
}
