import type { SqlResult, TransactionExecutor } from '../sql/executor.js'
import type { IsolationLevel, TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'
import { returnsRows } from './returns-rows.js'

/** What is used of a client of Prisma. */
export interface PrismaLike<Transaction extends PrismaTransactionLike> {
  $transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: {
      readonly isolationLevel?: 'RepeatableRead' | 'Serializable'
      readonly maxWait?: number
      readonly timeout?: number
    },
  ): Promise<T>
}

/** What is used of a transaction of Prisma. */
export interface PrismaTransactionLike {
  $queryRawUnsafe(text: string, ...parameters: unknown[]): PromiseLike<unknown>
  $executeRawUnsafe(text: string, ...parameters: unknown[]): PromiseLike<number>
}

export interface PrismaAdapterOptions {
  /** How long to wait for a connection, in milliseconds. @default what the client of Prisma was made with, else 2000 */
  readonly maxWaitMs?: number
  /** When Prisma rolls a transaction back, in milliseconds. @default what the client of Prisma was made with, else 5000 */
  readonly timeoutMs?: number
}

const LEVELS = { 'repeatable read': 'RepeatableRead', serializable: 'Serializable' } as const

/**
 * Interactive transactions of Prisma with `@prisma/adapter-pg`; `client` is its transaction client. Prisma ends them after
 * some seconds, knows no roll-back but by throwing, and does not tell a COMMIT that the server has answered with a roll-back,
 * so the transaction is asked before, where that can be. Nothing is kept prepared or pipelined.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function prismaTransactions<Transaction extends PrismaTransactionLike>(
  prisma: PrismaLike<Transaction>,
  { maxWaitMs, timeoutMs }: PrismaAdapterOptions = {},
): TransactionRunner {
  requireLibrary('prismaTransactions', prisma, ['$transaction', '$queryRawUnsafe'], 'new PrismaClient(…)')
  const optionsFor = (isolation: IsolationLevel) => ({
    ...(isolation !== 'read committed' && { isolationLevel: LEVELS[isolation] }),
    ...(maxWaitMs !== undefined && { maxWait: maxWaitMs }),
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
  })
  return libraryTransactions<Transaction>({
    transaction: (isolation, work) => prisma.$transaction(work, optionsFor(isolation)),
    executor: prismaExecutor,
  })
}

/** Runs statements in an interactive transaction of Prisma. @throws GULO_CONFIGURATION_INVALID */
export function prismaExecutor(transaction: PrismaTransactionLike): TransactionExecutor {
  const methods = ['$queryRawUnsafe', '$executeRawUnsafe']
  requireLibrary('prismaExecutor', transaction, methods, 'what $transaction(…) of Prisma gives')
  return {
    async query<Row>(statement: string | { readonly text: string }, parameters: readonly unknown[] = []) {
      const text = typeof statement === 'string' ? statement : statement.text
      if (!returnsRows(text)) return { rows: [], rowCount: await transaction.$executeRawUnsafe(text, ...parameters) }
      const rows = (await transaction.$queryRawUnsafe(text, ...parameters)) as readonly Row[]
      return { rows, rowCount: rows.length } as SqlResult<Row>
    },
  }
}
