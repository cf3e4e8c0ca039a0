import { Command, DomainEvent, Query, type Result } from '@gulo/core'

// #region messages
/** A command is an instruction with one handler. Here that answers a Result: a value, and what happened. */
export class PlaceOrder extends Command<Result<string>> {
  readonly orderId!: string
  readonly sku!: string
  readonly quantity!: number
}

/** A command without a type answers nothing. */
export class RemindCustomer extends Command {
  readonly orderId!: string
}

/** A query is a question with one handler that changes nothing. */
export class StockOf extends Query<number> {
  readonly sku!: string
}

/** A domain event has happened inside the service, and has any number of handlers there. */
export class OrderPlaced extends DomainEvent {
  constructor(
    readonly orderId: string,
    readonly sku: string,
    readonly quantity: number,
  ) {
    super()
  }
}
// #endregion

export class StockLow extends DomainEvent {
  constructor(readonly sku: string) {
    super()
  }
}
