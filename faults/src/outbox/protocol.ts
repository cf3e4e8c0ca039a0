/** What an outbox worker is: everything it is told when it starts. */
export interface OutboxWorkerOptions {
  readonly role: Role
  readonly broker: 'kafka' | 'rabbitmq'
  /** Where the broker is, as far as the worker knows. */
  readonly address: string
  readonly database: string
  readonly without?: string | undefined
  readonly seed: number
  /** How far its clock is from the right time, in milliseconds. */
  readonly skewMs: number
  /** What a writer has to do. */
  readonly share?: Share | undefined
}

export type Role = 'writer' | 'relay' | 'consumer'

export interface Share {
  readonly writer: string
  readonly seed: number
  /** How many messages its commands raise, all together. */
  readonly messages: number
}

export type ToOutboxWorker =
  | { readonly kind: 'start'; readonly options: OutboxWorkerOptions }
  /** Writers wait for consumers, so that everything is broken while messages are on their way. */
  | { readonly kind: 'pace'; readonly running: boolean }
  | { readonly kind: 'stop' }

export type FromOutboxWorker =
  | { readonly kind: 'ready' }
  /** How often things happened since the last time. */
  | { readonly kind: 'tally'; readonly counts: Readonly<Record<string, number>> }
  | { readonly kind: 'note'; readonly text: string }

/** The schema of the service that writes, and of the one that handles. */
export const WRITING = 'writing'
export const HANDLING = 'handling'

/** A consumer of Kafka that is not heard of is dead to its group after so long. */
export const SESSION_MS = 3000

/** A slot of a relay that is not heard of is another one's after so long. */
export const LEASE_MS = 2000
