/** `writer` handles commands, `relay` empties the outbox, `consumer` handles the events in another schema. */
export type Role = 'writer' | 'relay' | 'consumer'

export interface WorkerOptions {
  readonly role: Role
  readonly database: string
  /** Of the writers; consumers have the same name with `_in`. */
  readonly schema: string
  readonly broker: 'kafka' | 'rabbitmq'
  readonly address: string
  /** Of the events. */
  readonly topic: string
}

export type ToWorker =
  | { readonly kind: 'start'; readonly options: WorkerOptions }
  /** Sends commands: so many a second at even times, or each caller as fast as it can. */
  | { readonly kind: 'write'; readonly commands: number; readonly perSecond?: number }
  | { readonly kind: 'stop' }

export type FromWorker =
  | { readonly kind: 'ready' }
  /** Milliseconds from the call of `send` to the end of the handler's transaction, one for each event. */
  | { readonly kind: 'handled'; readonly tookMs: readonly number[] }
  | { readonly kind: 'failed'; readonly reason: string }

/** The schema of the consumers. */
export function handlingSchema(schema: string): string {
  return `${schema}_in`
}
