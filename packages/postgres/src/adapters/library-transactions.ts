import { coreFault, postgresFault } from '../faults.js'
import type { TransactionExecutor } from '../sql/executor.js'
import { describeFound } from '../sql/problems.js'
import { beginFault, commitFault } from '../unit-of-work/failures.js'
import type { IsolationLevel, TransactionRunner } from '../unit-of-work/transaction-runner.js'

/** What an adapter says of its library. */
export interface Library<Client> {
  /** Runs `work` in a transaction of the library. */
  transaction(isolation: IsolationLevel, work: (client: Client) => Promise<void>): PromiseLike<unknown>
  executor(client: Client): TransactionExecutor
}

/** Transactions of a library, with the same errors for all of them. */
export function libraryTransactions<Client>(library: Library<Client>): TransactionRunner {
  return { run: (isolation, work) => new Run(library, work).run(isolation) }
}

class Run<Client, T> {
  private done: { readonly value: T } | undefined
  private working: Promise<void> | undefined

  constructor(
    private readonly library: Library<Client>,
    private readonly work: (executor: TransactionExecutor, client: unknown) => Promise<T>,
  ) {}

  async run(isolation: IsolationLevel): Promise<T> {
    try {
      await this.library.transaction(isolation, (client) => (this.working = this.perform(client)))
    } catch (error) {
      throw await this.faultOf(error)
    }
    // Knex says that it is done as soon as the work rolls back by hand, which goes on meanwhile.
    await this.working
    if (this.done === undefined) throw lost()
    return this.done.value
  }

  private async perform(client: Client): Promise<void> {
    this.done = undefined
    const value = await this.work(this.library.executor(client), client)
    this.done = { value }
  }

  private async faultOf(error: unknown): Promise<unknown> {
    if (this.working === undefined) return beginFault(error)
    const failed = await this.working.then(
      () => undefined,
      (own: unknown) => ({ own }),
    )
    // What the work threw says more than what a library makes of a roll-back.
    return failed === undefined ? commitFault(error) : failed.own
  }
}

function lost(): Error {
  return postgresFault('POSTGRES_TRANSACTION_LOST', { reason: 'the library ended it', retryable: false })
}

/** Refuses what is not the object of a library. @throws GULO_CONFIGURATION_INVALID */
export function requireLibrary(component: string, found: unknown, methods: readonly string[], expected: string): void {
  const given = Object(found) as Record<string, unknown>
  if (methods.every((name) => typeof given[name] === 'function')) return
  const faults = `It was given ${describeFound(found)}; expected ${expected}.`
  throw coreFault('GULO_CONFIGURATION_INVALID', { component, count: 1, faults })
}
