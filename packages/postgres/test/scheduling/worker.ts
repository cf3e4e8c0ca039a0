// An instance of a service that reports every tenth of a second until it is killed: node worker.js <url> <schema>
import { Command, Contract, createService, every, handler, recurring } from '@gulo/core'
import { type PostgresTransaction, postgres } from '@gulo/postgres'
import pg from 'pg'

const [url = '', schema = ''] = process.argv.slice(2)

@Contract('tests.report.make.v1')
class MakeReport extends Command {
  readonly at!: number
}

const make = handler(MakeReport, async ({ at }, context) => {
  await (context.transaction as PostgresTransaction).query(`insert into ${schema}.report values ($1)`, [at])
  process.send?.('made')
})
const report = recurring('report', every('100ms'), ({ at }) => MakeReport.of({ at: at.getTime() }), {
  catchUp: 'all',
  history: 10_000,
})
const pool = new pg.Pool({ connectionString: url, max: 4 })
const store = postgres({ pool, schema, claimMs: 300 })
const service = createService({ name: 'reporting', handlers: [make], store, recurring: [report] })
await service.start()
process.send?.('started')
process.once('message', () => {
  void service.stop().then(async () => {
    await pool.end()
    process.disconnect()
  })
})
