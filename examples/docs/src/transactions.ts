import {
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  Handles,
  IntegrationEvent,
  type MessageContext,
  type Result,
  result,
  type Service,
  type Transport,
} from '@gulo/core'
import { type PgPool, type PostgresTransaction, postgres } from '@gulo/postgres'

// #region handler
export class TransferMoney extends Command<Result<void>> {
  readonly from!: string
  readonly to!: string
  readonly cents!: number
}

class MoneyTransferred extends DomainEvent {
  constructor(
    readonly from: string,
    readonly to: string,
    readonly cents: number,
  ) {
    super()
  }
}

@Handles(TransferMoney)
export class TransferMoneyHandler {
  async handle({ from, to, cents }: TransferMoney, context: MessageContext) {
    const sql = context.transaction as PostgresTransaction
    await sql.query('update account set cents = cents + $2::bigint where id = $1::text', [to, cents])
    const { rowCount } = await sql.query(
      'update account set cents = cents - $2::bigint where id = $1::text and cents >= $2::bigint',
      [from, cents],
    )
    if (rowCount === 0) throw new Error(`Account ${from} has not enough.`)
    return result(undefined, new MoneyTransferred(from, to, cents))
  }
}
// #endregion

// #region service
@Contract('banking.money.transferred.v1', { key: 'from' })
export class MoneyTransferredV1 extends IntegrationEvent {
  readonly from!: string
  readonly to!: string
  readonly cents!: number
}

export function banking(pool: PgPool, transport: Transport): Service {
  return createService({
    name: 'banking',
    handlers: [TransferMoneyHandler],
    mapper: new EventMapper().register(MoneyTransferred, MoneyTransferredV1),
    store: postgres({ pool, schema: 'banking_gulo', migrate: true, isolation: 'repeatable read' }),
    transport,
  })
}
// #endregion
