import { PostgresTransaction } from './postgres-transaction.js'
import type { IsolationLevel, TransactionRunner } from './transaction-runner.js'

/** Runs `work` in one transaction of `runner`; what is left to do before the commit is done last. */
export async function runTransaction<T>(
  runner: TransactionRunner,
  isolation: IsolationLevel,
  work: (transaction: PostgresTransaction) => Promise<T>,
): Promise<T> {
  let transaction: PostgresTransaction | undefined
  try {
    const value = await runner.run(isolation, async (executor, client) => {
      // A library that runs its transactions again by itself begins anew with each.
      transaction?.end(false)
      transaction = new PostgresTransaction(executor, client)
      const answer = await work(transaction)
      await transaction.flush()
      return answer
    })
    transaction?.end(true)
    return value
  } catch (error) {
    transaction?.end(false)
    throw error
  }
}
