import { CORE_ERRORS, type ErrorEntry, errorFactory } from '@gulo/core'

/** Every error of this package; a code is never given a new meaning. */
export const POSTGRES_ERRORS = {
  POSTGRES_UNREACHABLE: {
    message: 'PostgreSQL cannot be reached: {reason}.',
    mend: 'Check host, port, user and password of the pool, and that the server accepts connections.',
    retryable: true,
  },
  POSTGRES_LOGIN_REFUSED: {
    message: 'PostgreSQL let nobody in: {reason}.',
    mend: 'Check user, password and database of the pool, and what pg_hba.conf allows.',
  },
  POSTGRES_READ_ONLY: {
    message: 'This PostgreSQL takes no writes: it is a replica, or its transactions are read-only.',
    mend: 'Connect to the primary, such as with target_session_attrs or through the address that follows a failover.',
    retryable: true,
  },
  POSTGRES_FORBIDDEN: {
    message: 'PostgreSQL forbids what a service does in the schema {schema}: {reason}.',
    mend: 'Run what grants(role) answers, as the owner of the tables.',
  },
  POSTGRES_POOL_EXHAUSTED: {
    message: 'No connection became free in time: {reason}.',
    mend: 'Raise the size of the pool, hold connections for less time, or look whether the server answers.',
    retryable: true,
  },
  POSTGRES_SCHEMA_MISSING: {
    message: 'The schema {schema} of this database has no Gulo tables.',
    mend: 'Run the migrations: migrate(pool), or migrate: true in postgres({ … }).',
  },
  POSTGRES_SCHEMA_NEWER: {
    message: 'The schema {schema} is at version {found}, and this release knows versions up to {known}.',
    mend: 'Update @gulo/postgres before this service is started again.',
  },
  POSTGRES_SCHEMA_OLDER: {
    message: 'The schema {schema} is at version {found}, and this release needs {known}.',
    mend: 'Run the migrations: migrate(pool), or migrate: true in postgres({ … }).',
  },
  POSTGRES_MIGRATION_FAILED: {
    message: 'Migration {version} of the schema {schema} failed: {reason}.',
    mend: 'Nothing of it was applied. Check the rights of this user, mend what is named, and run the migrations again.',
  },
  POSTGRES_COMMIT_FAILED: {
    message: 'The transaction was not committed: {reason}.',
    mend: 'Run the whole work again; nothing of it was stored.',
    retryable: true,
  },
  POSTGRES_COMMIT_UNKNOWN: {
    message: 'The connection was lost while the transaction committed: {reason}.',
    mend: 'Look whether it was stored before running the work again, or let an inbox decide.',
    retryable: true,
  },
  POSTGRES_TRANSACTION_ENDED: {
    message: '{operation} came to a transaction that has ended.',
    mend: 'Wait for everything that uses the transaction before the work resolves.',
  },
  POSTGRES_TRANSACTION_LOST: {
    message: 'The transaction was over before its commit: {reason}.',
    mend: 'Let the work throw to roll back, and never commit or roll back by hand. A lost connection needs nothing but a retry.',
    retryable: true,
  },
  POSTGRES_SAVEPOINTS_CROSSED: {
    message: 'A savepoint ended while one begun after it was open still.',
    mend: 'Wait for a savepoint to end before beginning another one beside it; one inside of it is fine.',
  },
  POSTGRES_TRANSACTION_FOREIGN: {
    message: '{operation} was given {found} for a transaction.',
    mend: 'Pass context.transaction, or what outbox.enlist() answers, of the same store.',
  },
  POSTGRES_CDC_NOT_READY: {
    message: 'The schema {schema} is not ready for change data capture: {reason}.',
    mend: 'Run the SQL that gulo cdc config --sql prints, as the owner of the tables.',
  },
  POSTGRES_CDC_HEADER_UNKNOWN: {
    message: 'A {type} event has the headers {headers}, which have no column in the outbox and would be lost.',
    mend: 'Name them in cdc: { headers: […] } of postgres({ … }), and run what gulo cdc config prints.',
  },
  POSTGRES_KEY_TOO_LONG: {
    message: 'The {field} of a {type} event has {length} characters; the outbox keeps 255.',
    mend: 'Use a shorter key, such as a hash of it.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** Makes an error of this package. */
export const postgresFault = errorFactory(POSTGRES_ERRORS)

/** Makes an error of the core that a store raises as well. */
export const coreFault = errorFactory(CORE_ERRORS)
