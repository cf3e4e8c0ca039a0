import type { Envelope, GuloError } from '@gulo/core'
import { migrate, type PostgresStore, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithLog } from '../support/capture.js'

describeWithLog('An outbox for change data capture', (capture) => {
  let schema: string
  let store: PostgresStore
  let count = 0

  beforeEach(async () => {
    count += 1
    schema = `slot_${count}`
    await migrate(capture.pool, { schema })
    store = postgres({ pool: capture.pool, schema, relay: 'cdc', cdc: { headers: ['x-region'] } })
  })
  afterEach(() => store.stop())

  const write = (...keys: readonly string[]) => {
    const events = keys.map((partitionKey, index): Envelope => {
      count += 1
      const id = `00000000-0000-7000-8000-${String(count).padStart(12, '0')}`
      return { id, type: 'a.b.c.v1', source: 's', topic: 't', payload: { index }, partitionKey }
    })
    return store.unitOfWork.transact((transaction) => store.outbox.publish(events, { transaction }))
  }
  const waiting = async () => (await store.outbox.pending()).count
  const makeSlot = () => capture.pool.query(`select pg_create_logical_replication_slot('${schema}_outbox', 'pgoutput')`)
  const dropSlot = () => capture.pool.query(`select pg_drop_replication_slot('${schema}_outbox')`)

  it('keeps events while there is no slot that has them read, and says so', async () => {
    await capture.setUp(store)
    await store.start()
    await write('a', 'b')
    expect(await waiting()).to.equal(2)
    expect(await store.health()).to.deep.equal({
      status: 'degraded',
      detail: `no replication slot ${schema}_outbox yet: events wait in the outbox`,
    })
    await makeSlot()
    await write('a', ...Array.from({ length: 70 }, (_, index) => `key-${index}`))
    expect(await waiting()).to.equal(2)
    const { status, detail } = await store.health()
    expect(status).to.equal('degraded')
    expect(detail).to.match(/^nobody reads the slot .*, \d+ bytes of log behind$/)
    await dropSlot()
    await write('a')
    expect(await waiting()).to.equal(3)
  })

  it('puts into the log what commits, and only that', async () => {
    await capture.setUp(store)
    await makeSlot()
    await write('kept')
    const undone = store.unitOfWork.transact(async (transaction) => {
      await store.outbox.publish(
        [{ id: '00000000-0000-7000-8000-00000000dead', type: 'a.b.c.v1', source: 's', topic: 't', payload: 1 }],
        { transaction },
      )
      transaction.beforeCommit(() => Promise.reject(new Error('changed my mind')))
    })
    expect(await undone.catch((error: Error) => error.message)).to.equal('changed my mind')
    const { rows } = await capture.pool.query(
      `select encode(data, 'escape') as said from pg_logical_slot_get_binary_changes($1::text::name, null, null,
         'proto_version', '1', 'publication_names', $1::text) where get_byte(data, 0) = ascii('I')`,
      [`${schema}_outbox`],
    )
    expect(rows).to.have.length(1)
    expect(rows[0].said).to.contain('kept')
    await dropSlot()
  })

  it('is refused until the database is ready, with what it lacks', async () => {
    const refusal = async () => (await store.start().catch((error: GuloError) => error)) as GuloError | undefined
    expect((await refusal())?.code).to.equal('POSTGRES_CDC_NOT_READY')
    expect((await refusal())?.message)
      .to.contain(`no publication ${schema}_outbox`)
      .and.contain('has no trace_id')
    // Set up for no headers of the application, and then for one.
    await capture.setUp(postgres({ pool: capture.pool, schema, relay: 'cdc' }))
    expect((await refusal())?.message).to.contain('has no header_x_region')
    await capture.setUp(store)
    expect(await refusal()).to.equal(undefined)
  })

  it('fills in the columns of headers for every writer', async () => {
    await capture.setUp(store)
    const other = postgres({ pool: capture.pool, schema })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const event = { id: '00000000-0000-7000-8000-0000000000aa', type: 'a.b.c.v1', source: 's', topic: 't', payload: 1 }
    const traced = { ...event, traceparent, headers: { 'x-region': 'eu' } }
    await other.unitOfWork.transact((transaction) => other.outbox.publish([traced], { transaction }))
    const { rows } = await capture.pool.query(`select trace_id, header_x_region from ${schema}.outbox`)
    expect(rows).to.deep.equal([{ trace_id: '0af7651916cd43dd8448eb211c80319c', header_x_region: 'eu' }])
  })
})
