import type { Item } from '../ledger/books.js'

/** What a worker is: everything it is told when it starts. */
export interface WorkerOptions {
  readonly role: 'producer' | 'consumer'
  /** Where the broker is, as far as the worker knows. */
  readonly address: string
  readonly without?: string | undefined
  readonly seed: number
  /** Whether the next message of a key is published only once the one before is stored. */
  readonly oneAtATime: boolean
}

export const TYPE = 'faults.step.taken.v1'
export const GROUP = 'faults'

export type ToWorker =
  | { readonly kind: 'start'; readonly options: WorkerOptions }
  | { readonly kind: 'items'; readonly items: readonly Item[] }
  | { readonly kind: 'answers'; readonly answers: readonly (readonly [number, 'new' | 'duplicate'])[] }
  | { readonly kind: 'stop' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'stored'; readonly ids: readonly string[] }
  | { readonly kind: 'asks'; readonly asks: readonly Ask[] }
  /** Something worth counting, such as a warning of the transport. */
  | { readonly kind: 'note'; readonly text: string }

/** A word of a consumer to the shared inbox. */
export type Ask =
  | { readonly what: 'begin'; readonly number: number; readonly id: string }
  | { readonly what: 'commit'; readonly number: number; readonly item: Item }
  | { readonly what: 'rollback'; readonly id: string }
  /** An effect without an inbox. */
  | { readonly what: 'effect'; readonly item: Item }
