import { createServer } from 'node:net'
import {
  type Forwarder,
  GuloError,
  type MemoryStore,
  memoryStore,
  type Service,
  type Signal,
  type Transport,
} from '@gulo/core'
import { serve } from '@hono/node-server'
import { createInventory } from '../inventory/inventory.js'
import { Stock } from '../inventory/stock.js'
import { createNotification } from '../notification/notification.js'
import { orderingHttp } from '../ordering/http.js'
import { createOrdering } from '../ordering/ordering.js'
import { Orders } from '../ordering/orders.js'
import type { Broker } from './broker.js'
import { DemoShelves } from './demo-shelves.js'

/** The three services of the shop, running, and what can be seen of them. */
export class Shop implements AsyncDisposable {
  readonly orders = new Orders()
  readonly stock = new Stock(1_000_000)
  readonly shelves = new DemoShelves()
  readonly told: string[] = []
  readonly signals: Signal[] = []
  readonly inventoryStore: MemoryStore = memoryStore()
  readonly ordering: Service
  readonly inventory: Service
  private readonly notification: Service
  private readonly foreign: Transport & Forwarder
  private http: { close(done: () => void): unknown } | undefined
  private waiting: (() => void)[] = []
  address = ''
  /** Is told of what happens in inventory, as it happens. */
  watch: (signal: Signal) => void = () => undefined

  constructor(broker: Broker) {
    this.ordering = createOrdering(broker.connect('ordering'), this.orders)
    this.inventory = createInventory(broker.connect('inventory'), {
      stock: this.stock,
      shelves: this.shelves,
      store: this.inventoryStore,
      observers: [(signal) => this.note(signal)],
    })
    this.notification = createNotification(broker.connect('notification'), (_, orderId) => {
      this.told.push(orderId)
      this.wake()
    })
    this.foreign = broker.connect('somebody-else')
  }

  /** Starts those who listen before those who speak. */
  async open(): Promise<this> {
    await this.notification.start()
    await this.inventory.start()
    await this.foreign.start()
    const { mediator } = await this.ordering.start()
    const port = await freePort()
    this.address = `http://127.0.0.1:${port}`
    await new Promise<void>((resolve) => {
      this.http = serve({ fetch: orderingHttp(mediator).fetch, hostname: '127.0.0.1', port }, () => resolve())
    })
    return this
  }

  /** Puts bytes on the topic of placed orders that nobody can read, as a broken producer would. */
  async sendGarbage(): Promise<void> {
    const topic = 'ordering.order.placed.v1'
    await this.foreign.forward([{ topic, type: topic, key: 'A-1', body: Buffer.from('{"orderId": oops'), headers: {} }])
  }

  /** Waits until `holds`, looking again whenever something happens; answers false when that takes too long. */
  async until(holds: () => boolean, withinMs = 60_000): Promise<boolean> {
    const end = performance.now() + withinMs
    while (!holds()) {
      const left = end - performance.now()
      if (left <= 0) return false
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1000))
        this.waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    return true
  }

  count(kind: Signal['kind']): number {
    return this.signals.filter((signal) => signal.kind === kind).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { http } = this
    if (http) await new Promise<void>((resolve) => http.close(resolve))
    for (const part of [this.ordering, this.foreign, this.inventory, this.notification]) {
      await part.stop().catch((error: unknown) => {
        // What could not be started, because another could not, is not to hide why.
        if (!GuloError.is(error, 'GULO_NOT_STARTED')) throw error
      })
    }
  }

  private note(signal: Signal): void {
    if (signal.kind !== 'received') this.signals.push(signal)
    this.watch(signal)
    this.wake()
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
