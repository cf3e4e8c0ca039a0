export interface Order {
  readonly orderId: string
  readonly sku: string
  readonly quantity: number
}

/** The orders of the shop, in memory. */
export class Orders {
  private readonly byId = new Map<string, Order>()
  private readonly countBySku = new Map<string, number>()

  /** Keeps the order; answers the how manieth of its article it is. */
  add(order: Order): number {
    if (this.byId.has(order.orderId)) throw new DuplicateOrderError(order.orderId)
    const number = (this.countBySku.get(order.sku) ?? 0) + 1
    this.byId.set(order.orderId, order)
    this.countBySku.set(order.sku, number)
    return number
  }

  find(orderId: string): Order | undefined {
    return this.byId.get(orderId)
  }

  /** Every order id, in the order of acceptance. */
  ids(): readonly string[] {
    return [...this.byId.keys()]
  }

  get count(): number {
    return this.byId.size
  }
}

/** Trying again cannot help: the order is there already. */
export class DuplicateOrderError extends Error {
  readonly retryable = false

  constructor(orderId: string) {
    super(`The order ${orderId} exists already.`)
  }
}
