import { setTimeout as sleep } from 'node:timers/promises'
import type { Envelope, Transport } from '@gulo/core'
import type { Item } from '../ledger/books.js'
import { batched } from './batched.js'
import { TYPE, type WorkerOptions } from './protocol.js'

const PAUSE_MS = 200

/** Publishes items, each until it is stored, and tells which are. */
export class Producing {
  private readonly stored: (id: string) => void
  private readonly last = new Map<string, Promise<void>>()

  constructor(
    private readonly transport: Transport,
    private readonly options: WorkerOptions,
    told: (ids: readonly string[]) => void,
    private readonly failed: (reason: string) => void,
  ) {
    this.stored = batched(told)
  }

  add(items: readonly Item[]): void {
    for (const item of items) {
      if (!this.options.oneAtATime) void this.publish(item)
      else
        this.last.set(
          item.key,
          (this.last.get(item.key) ?? Promise.resolve()).then(() => this.publish(item)),
        )
    }
  }

  private async publish(item: Item): Promise<void> {
    for (;;) {
      try {
        await this.transport.publish([toEnvelope(item)])
        return this.stored(item.id)
      } catch (error) {
        this.failed((error as Error).message)
        await sleep(PAUSE_MS)
      }
    }
  }
}

/** A message as every rig publishes it. */
export function toEnvelope({ id, key, n }: Item): Envelope {
  return { id, type: TYPE, source: 'faults', topic: TYPE, partitionKey: key, payload: { key, n } }
}
