import { Command, Contract, createService, handler, memoryStore, recurring } from '@gulo/core'
import { cron } from '@gulo/cron'

@Contract('shop.report.make.v1')
class MakeReport extends Command {
  readonly day!: string
}

const makeReport = handler(MakeReport, ({ day }) => console.log(`the report of ${day}`))

export const nightly = recurring('nightly-report', cron('0 2 * * *', { timeZone: 'Europe/Berlin' }), ({ at }) =>
  MakeReport.of({ day: at.toISOString().slice(0, 10) }),
)

export const shop = createService({
  name: 'shop',
  handlers: [makeReport],
  store: memoryStore(), // postgres({ pool }) where it is to outlive the process
  recurring: [nightly],
})
