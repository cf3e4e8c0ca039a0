import { decode, type Envelope, Relay } from '@gulo/core'
import { migrate, type PostgresStore, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDebezium, type StoredRecord, uniqueTopic, until } from '../support/capture.js'

const HEADERS = ['x-region', 'flavour']
const PARTITIONS = 5

const trace = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1,other=2',
}
const everything = {
  correlationId: 'correlation ☃',
  causationId: 'causation',
  tenantId: 'tenant-1',
  aggregateType: 'order',
  dataVersion: '2',
  dataSchema: 'urn:schema:1',
  deliverBy: '2030-01-01T00:00:00Z',
  headers: { 'x-region': 'Süd 😀', flavour: 'sweet' },
  ...trace,
}
const bytes = (contentType: string, ...values: number[]) => ({ payload: new Uint8Array(values), contentType })

const CASES: Readonly<Record<string, Partial<Envelope>>> = {
  'an event with nothing but what it must have': {},
  'an event with every attribute': everything,
  'an event without a key': { partitionKey: undefined, aggregateId: undefined, partition: 3 },
  'a key beyond ASCII': { partitionKey: 'ключ-鍵-🔑', aggregateId: 'ключ-鍵-🔑' },
  'a key that is not the aggregate': { partitionKey: 'one', aggregateId: 'other' },
  'a partition of its own': { partition: 4 },
  'a tombstone': { payload: undefined },
  'text beyond ASCII': { payload: { text: 'häß ☃ 😀 \u0000 \u2028 "\\' } },
  'large and odd numbers': {
    payload: {
      large: Number.MAX_SAFE_INTEGER,
      larger: 2 ** 63,
      text: '12345678901234567890',
      small: 5e-324,
      minus: -0.1,
    },
  },
  'members in an order of their own': { payload: { z: 1, a: { y: [1, null, {}], b: [] }, m: null, '': 0 } },
  'a JSON text': { payload: 'just text' },
  'a JSON null': { payload: null },
  'bytes that are no text': bytes('application/octet-stream', 0, 255, 1, 128, 192, 10, 13),
  'no bytes': bytes('application/octet-stream'),
  'text of another type': { payload: '<a>ä</a>', contentType: 'application/xml; charset=utf-8' },
  'an empty text': { payload: '', contentType: 'text/plain' },
  'a time with microseconds': { occurredAt: '2026-01-01T00:00:00.123456+02:00' },
  'a large payload': { payload: { text: 'x0'.repeat(200_000) } },
  'a trace id without a trace': { headers: { trace_id: '0af7651916cd43dd8448eb211c80319c' } },
  'one header of two': { headers: { 'x-region': '' } },
}

describeWithDebezium('A record that Debezium sends', (capture) => {
  const topics = { relay: uniqueTopic('parity.relay'), captured: uniqueTopic('parity.captured') }
  const names = Object.keys(CASES)
  const idOf = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`
  let relayed: ReadonlyMap<string, StoredRecord>
  let captured: ReadonlyMap<string, StoredRecord>
  let store: PostgresStore
  let streamed: number
  let left: number

  before(async () => {
    const { pool } = capture
    await migrate(pool, { schema: 'polling' })
    await migrate(pool, { schema: 'captured' })
    for (const topic of Object.values(topics)) await capture.topic(topic, PARTITIONS)
    store = postgres({ pool, schema: 'captured', relay: 'cdc', cdc: { headers: HEADERS } })
    await capture.setUp(store)
    await store.start()
    // Half before the connector has made its slot, half after: both its first look and the log are tried.
    const half = names.length >> 1
    await write(store, topics.captured, 0, half)
    await (await capture.worker(store)).start()
    await until(async () => (await store.health()).status === 'up')
    const undone = write(store, topics.captured, half, names.length, new Error('changed my mind'))
    expect(await undone.catch((error: Error) => error.message)).to.equal('changed my mind')
    await write(store, topics.captured, half, names.length)
    left = (await store.outbox.pending()).count
    streamed = names.length - half
    relayed = await relay()
    const records = await capture.records(topics.captured)
    await until(() => records.length >= names.length)
    captured = byId(records)
    expect(records).to.have.length(names.length)
    await store.stop()
  })

  function envelope(topic: string, index: number): Envelope {
    const key = `key-${index % 7}`
    return {
      id: idOf(index),
      type: 'tests.item.changed.v1',
      source: 'tests',
      topic,
      occurredAt: '2026-01-01T00:00:00.000Z',
      payload: { index },
      partitionKey: key,
      aggregateId: key,
      ...CASES[names[index] as string],
    }
  }

  function write(target: PostgresStore, topic: string, from: number, to: number, error?: Error): Promise<void> {
    const events = names.slice(from, to).map((_, index) => envelope(topic, from + index))
    return target.unitOfWork.transact(async (transaction) => {
      await target.outbox.publish(events, { transaction })
      if (error === undefined) return
      // After the events have been inserted and deleted, as by a constraint that is checked at the commit.
      transaction.beforeCommit(() => Promise.reject(error))
    })
  }

  async function relay(): Promise<ReadonlyMap<string, StoredRecord>> {
    const { pool } = capture
    const polling = postgres({ pool, schema: 'polling' })
    await polling.start()
    await write(polling, topics.relay, 0, names.length)
    const running = new Relay({ outbox: polling.outbox, publisher: await capture.transport() })
    running.start()
    const records = await capture.records(topics.relay)
    await until(() => records.length >= names.length)
    await running.stop()
    await polling.stop()
    return byId(records)
  }

  for (const [index, name] of names.entries()) {
    it(`is what a relay sends: ${name}`, () => {
      const [one, other] = [relayed, captured].map((records) => records.get(idOf(index)) as StoredRecord)
      expect(said(other as StoredRecord)).to.deep.equal(said(one as StoredRecord))
    })

    it(`is read as the same event: ${name}`, () => {
      const [one, other] = [relayed, captured].map((records) => read(records.get(idOf(index)) as StoredRecord))
      expect(other).to.deep.equal(one)
    })
  }

  it('has a header without a value where a relay leaves it out', () => {
    const { headers = {} } = captured.get(idOf(0))?.message ?? {}
    expect(Object.keys(headers).filter((header) => headers[header] === null)).to.have.members([
      ...['ce_correlationid', 'ce_causationid', 'ce_dataversion', 'ce_dataschema', 'ce_tenantid', 'ce_traceparent'],
      ...['ce_tracestate', 'ce_expirytime', 'traceparent', 'tracestate', 'trace_id', 'x-region', 'ce_flavour'],
    ])
  })

  it('has the time of the insert', async () => {
    const times = [...captured.values()].map(({ message }) => Number(message.timestamp))
    const [start, end] = [Math.min(...times), Math.max(...times)]
    expect(end - start).to.be.within(0, 600_000)
  })

  it('leaves nothing in the table but what was there before the slot', async () => {
    expect(left).to.equal(names.length - streamed)
  })

  it('is never one of a header that has no column', async () => {
    const event = { ...envelope(topics.captured, 0), headers: { 'x-other': 'lost' } }
    const publish = store.unitOfWork.transact((transaction) => store.outbox.publish([event], { transaction }))
    expect(await publish.catch((error: { code: string }) => error.code)).to.equal('POSTGRES_CDC_HEADER_UNKNOWN')
  })
})

function byId(records: readonly StoredRecord[]): ReadonlyMap<string, StoredRecord> {
  return new Map(records.map((record) => [String(record.message.headers?.['ce_id']), record]))
}

/** Everything but the time and headers without a value. */
function said({ partition, message: { key, value, headers = {} } }: StoredRecord) {
  const hex = (content: unknown) => (content as Buffer | null)?.toString('hex')
  const present = Object.entries(headers).filter(([, content]) => content !== null)
  const told = present.map(([name, content]) => [name, hex(content)] as const).toSorted()
  return { partition, key: hex(key), value: hex(value), headers: Object.fromEntries(told) }
}

function read({ message: { key, value, headers = {} } }: StoredRecord): Envelope {
  // Headers without a value are given as they are: the decoder takes them for absent.
  return decode({ topic: 'parity', key: key?.toString(), body: value, headers: headers as Record<string, Buffer> })
}
