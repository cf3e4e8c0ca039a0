import { memoryTransport } from '@gulo/core'
import { banking, TransferMoney } from '@gulo-examples/docs/transactions'
import { expect } from 'chai'
import pg from 'pg'

const url = process.env['GULO_TEST_POSTGRES']
const reason = process.env['GULO_SKIP_POSTGRES'] ?? 'GULO_TEST_POSTGRES names no database'
const title = 'The page about transactions'

if (url) describe(title, () => transfers(url))
else describe.skip(`${title} [skipped: ${reason}]`, () => transfers(''))

function transfers(connectionString: string): void {
  const pool = new pg.Pool({ connectionString, max: 5, options: '-c search_path=docs_banking' })

  before(async function () {
    this.timeout(30_000)
    await pool.query('drop schema if exists docs_banking cascade')
    await pool.query('create schema docs_banking')
    await pool.query('create table account (id text primary key, cents bigint not null)')
    await pool.query("insert into account values ('alice', 100), ('bob', 0)")
  })
  after(async () => {
    await pool.query('drop schema docs_banking cascade; drop schema if exists banking_gulo cascade')
    await pool.end()
  })

  it('moves money and tells of it, or does neither', async () => {
    const told: unknown[] = []
    const transport = memoryTransport()
    const publish = transport.publish.bind(transport)
    transport.publish = (envelopes) => {
      told.push(...envelopes.map(({ payload }) => payload))
      return publish(envelopes)
    }
    const service = await banking(pool, transport).start()
    const send = (cents: number) => service.mediator.send(TransferMoney.of({ from: 'alice', to: 'bob', cents }))
    await send(70)
    const refused = await send(40).catch((error: Error) => error.message)
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await service.stop()
    const { rows } = await pool.query('select id, cents::int from account order by id')
    expect(refused).to.equal('Account alice has not enough.')
    expect(rows).to.deep.equal([
      { id: 'alice', cents: 30 },
      { id: 'bob', cents: 70 },
    ])
    expect(told).to.deep.equal([{ from: 'alice', to: 'bob', cents: 70 }])
  }).timeout(30_000)
}
