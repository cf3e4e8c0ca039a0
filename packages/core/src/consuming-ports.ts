// What a store implements for consumers: the ports of inboxes, attempts and keys.
export type { IdempotencyKeyStore, TransactionalKeys } from './consuming/idempotency-keys.js'
export type {
  AttemptLog,
  BatchAttemptLog,
  BatchInbox,
  BatchWork,
  Inbox,
  InboxEntry,
  InboxMessage,
  InboxRetention,
} from './consuming/inbox.js'
export type { GroupPartition, OwnedPartition, PositionStore } from './consuming/positions.js'
