import type { StopOptions } from '@gulo/core'
import type { Subscription } from './subscription.js'

/** The subscriptions of one transport. */
export class Subscriptions {
  private readonly all = new Set<Subscription>()

  add(subscription: Subscription): void {
    this.all.add(subscription)
  }

  delete(subscription: Subscription): void {
    this.all.delete(subscription)
  }

  /** Messages of a queue that are here and not done. */
  pending(queue: string): number {
    return [...this.all].reduce((sum, each) => sum + each.pending(queue), 0)
  }

  /** Why queues are not consumed at the moment. */
  get troubles(): readonly string[] {
    return [...this.all].map(({ trouble }) => trouble).filter((trouble) => trouble !== undefined)
  }

  /** Has each of them make again at once what was deleted. */
  repair(): void {
    for (const subscription of this.all) subscription.repair()
  }

  /** Closes all and answers how that went. */
  close(options: StopOptions): Promise<readonly PromiseSettledResult<void>[]> {
    return Promise.allSettled([...this.all].map((subscription) => subscription.close(options)))
  }
}
