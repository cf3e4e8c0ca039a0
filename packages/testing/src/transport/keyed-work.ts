import type { Delivery } from './collector.js'

interface Item {
  readonly id: string
  readonly earlier: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Handles the way a consumer does: each key in order, a message it has done is not done again, and what waits behind a
 * failure is refused. It does not remember a failure: the transport delivers the failed message before later ones.
 */
export class KeyedWork {
  /** What took effect, in order. */
  readonly effects: string[] = []
  private readonly queues = new Map<string, Item[]>()
  private readonly done = new Set<string>()

  /** `attempt` throws to fail; `earlier` says how often the message was delivered before. */
  constructor(private readonly attempt: (id: string, earlier: number) => Promise<void> | void) {}

  readonly take = ({ id, message }: Delivery, earlier: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const key = message.key ?? id
      const item = { id, earlier, resolve, reject }
      const queue = this.queues.get(key)
      if (queue !== undefined) queue.push(item)
      else void this.work(key, [item])
    })

  private async work(key: string, queue: Item[]): Promise<void> {
    this.queues.set(key, queue)
    for (let item = queue[0]; item !== undefined; item = queue[0]) {
      try {
        await this.handle(item)
        queue.shift()
        item.resolve()
      } catch (error) {
        for (const { reject } of queue.splice(0).slice(1)) reject(new Error('held back'))
        item.reject(error)
      }
    }
    this.queues.delete(key)
  }

  private async handle({ id, earlier }: Item): Promise<void> {
    if (this.done.has(id)) return
    await this.attempt(id, earlier)
    this.done.add(id)
    this.effects.push(id)
  }
}
