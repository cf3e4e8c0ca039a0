import {
  Command,
  Contract,
  createService,
  every,
  Handles,
  handler,
  type MessageContext,
  recurring,
  type Service,
  type Store,
} from '@gulo/core'
import { cron } from '@gulo/cron'

export const done: string[] = []
export const told: string[] = []

// #region later
/** What is scheduled is written down, so it needs a contract like what crosses services. */
@Contract('shop.basket.remind.v1', { key: 'basketId' })
export class RemindOfBasket extends Command {
  readonly basketId!: string
}

export class FillBasket extends Command {
  readonly basketId!: string
}

@Handles(FillBasket)
export class FillBasketHandler {
  async handle({ basketId }: FillBasket, context: MessageContext) {
    // under the same key, the newer one replaces the one that is pending
    await context.schedule(RemindOfBasket.of({ basketId }), '2h', { cancelKey: `remind ${basketId}` })
  }
}
// #endregion

const remind = handler(RemindOfBasket, ({ basketId }) => void done.push(`remind ${basketId}`))

// #region recurring
@Contract('shop.report.make.v1')
export class MakeReport extends Command {
  readonly day!: string
}

@Contract('shop.basket.forget.v1')
export class ForgetBaskets extends Command {}

export const nightly = recurring(
  'nightly-report',
  cron('0 2 * * *', { timeZone: 'Europe/Berlin' }),
  ({ at }) => MakeReport.of({ day: at.toISOString().slice(0, 10) }),
  { catchUp: 'all', history: 100 },
)

export const forgetting = recurring('forget-baskets', every('15m'), () => ForgetBaskets.of({}))
// #endregion

const makeReport = handler(MakeReport, ({ day }) => void done.push(`report of ${day}`))

const forgetBaskets = handler(ForgetBaskets, () => void done.push('forget'))

export function createShop(store: Store): Service {
  // #region service
  const shop = createService({
    name: 'shop',
    handlers: [FillBasketHandler, remind, makeReport, forgetBaskets],
    store, // memoryStore(), or postgres({ pool })
    recurring: [nightly, forgetting],
  })
  // #endregion
  return shop
}

export async function operate(shop: Service): Promise<void> {
  // #region operate
  for (const { name, words, next, paused, lastRun } of await shop.recurring.list()) {
    told.push(`${name}, ${words}: ${paused ? 'paused' : next?.toISOString()}, last ${lastRun?.outcome}`)
  }
  await shop.recurring.pause('nightly-report') // for all instances
  await shop.recurring.resume('nightly-report')
  const id = await shop.recurring.runNow('nightly-report') // beside its occurrences, also while it is paused
  const runs = await shop.recurring.runs('nightly-report', { limit: 10 }) // the last one first
  told.push(`the run is ${runs.find((run) => run.id === id)?.outcome}`)
  // #endregion
}
