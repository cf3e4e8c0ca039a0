export interface Reservation {
  readonly orderId: string
  readonly sku: string
  readonly number: number
}

/** The stock of the shop and every reservation made, in memory. */
export class Stock {
  readonly reservations: Reservation[] = []
  private readonly left = new Map<string, number>()

  constructor(private readonly initial: number) {}

  /** Sets stock aside; answers what is left. @throws OutOfStockError */
  reserve(reservation: Reservation, quantity: number): number {
    const left = (this.left.get(reservation.sku) ?? this.initial) - quantity
    if (left < 0) throw new OutOfStockError(reservation.sku)
    this.left.set(reservation.sku, left)
    this.reservations.push(reservation)
    return left
  }

  available(sku: string): number {
    return this.left.get(sku) ?? this.initial
  }
}

/** Trying again cannot help: the stock does not come back by itself. */
export class OutOfStockError extends Error {
  readonly retryable = false

  constructor(sku: string) {
    super(`The stock of ${sku} is used up.`)
  }
}
