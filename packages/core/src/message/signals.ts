import type { Envelope } from './envelope.js'

/** What happened to a message, for probes, telemetry and logs. */
export type Signal =
  | { readonly kind: 'sent'; readonly message: object; readonly name: string }
  | { readonly kind: 'published'; readonly envelope: Envelope }
  | { readonly kind: 'received'; readonly envelope: Envelope; readonly group: string }
  | { readonly kind: 'handled'; readonly envelope: Envelope; readonly consumer: string; readonly attempt: number }
  | {
      readonly kind: 'retried'
      readonly envelope: Envelope
      readonly consumer: string
      readonly attempt: number
      readonly delayMs: number
      readonly error: unknown
    }
  | {
      readonly kind: 'rescheduled'
      readonly envelope: Envelope
      readonly consumer: string
      readonly delayMs: number
      readonly error: unknown
    }
  | {
      readonly kind: 'dead-lettered'
      readonly messageId: string | undefined
      readonly consumer: string
      readonly reason: string
      readonly error: unknown
    }
  | {
      readonly kind: 'quarantined'
      readonly messageId: string | undefined
      readonly consumer: string
      readonly reason: string
      readonly error: unknown
    }
  | { readonly kind: 'duplicate'; readonly envelope: Envelope; readonly consumer: string }
  /** It waits behind a dead letter of its key. */
  | { readonly kind: 'parked'; readonly envelope: Envelope; readonly consumer: string }
  | {
      readonly kind: 'ignored'
      readonly envelope: Envelope
      readonly group: string
      readonly reason: 'unknown-type' | 'discarded'
    }
  | { readonly kind: 'expired'; readonly envelope: Envelope; readonly group: string }
  | { readonly kind: 'redelivery'; readonly group: string; readonly error: unknown }
  | { readonly kind: 'publish-failed'; readonly count: number; readonly error: unknown }

/** Is told of every signal; must neither throw nor wait. */
export type Observer = (signal: Signal) => void

/** Where a service says what a person should know. */
export interface Logger {
  info(text: string): void
  warn(text: string): void
  error(text: string, error?: unknown): void
}

/** Warnings and errors on standard error; nothing else. */
export const consoleLogger: Logger = {
  info: () => undefined,
  warn: (text) => console.warn(`gulo: ${text}`),
  error: (text, error) => console.error(`gulo: ${text}`, ...(error === undefined ? [] : [error])),
}

/** Calls every observer; one that throws disturbs neither the others nor the message. */
export function observe(observers: readonly Observer[]): Observer | undefined {
  if (observers.length === 0) return undefined
  return (signal) => {
    for (const observer of observers) {
      quietly(() => observer(signal))
    }
  }
}

/** The logger, whose own faults disturb nothing. */
export function shielded(logger: Logger): Logger {
  return {
    info: (text) => quietly(() => logger.info(text)),
    warn: (text) => quietly(() => logger.warn(text)),
    error: (text, error) => quietly(() => logger.error(text, error)),
  }
}

/** Runs what only looks on: whether it throws, or answers a promise that rejects, is its own affair. */
export function quietly(look: () => unknown): void {
  try {
    const pending = look()
    if (pending instanceof Promise) pending.catch(() => undefined)
  } catch {
    // a fault of who looks on
  }
}
