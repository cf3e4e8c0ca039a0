import { type Envelope, type Logger, Relay } from '@gulo/core'
import { migrate, type PostgresStore, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeLongWithDebezium, type StoredRecord, uniqueTopic, until } from '../support/capture.js'

const KEYS = 8
const PAUSE_MS = 50
const quiet: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Writers of one key each, one event after the other, in turn through each of the instances that there are at the time. */
class Writers {
  readonly written: string[][] = Array.from({ length: KEYS }, () => [])
  private stopped = false
  private readonly running: Promise<unknown>

  constructor(
    readonly instances: PostgresStore[],
    private readonly topic: string,
  ) {
    this.running = Promise.all(this.written.map((_, key) => this.write(key)))
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.running
  }

  /** Resolves once each has written `count` more. */
  more(count: number): Promise<void> {
    const goals = this.written.map(({ length }) => length + count)
    return until(() => this.written.every(({ length }, key) => length >= (goals[key] as number)))
  }

  private async write(key: number): Promise<void> {
    const ids = this.written[key] as string[]
    while (!this.stopped) {
      const id = `0000000${key}-0000-7000-8000-${String(ids.length).padStart(12, '0')}`
      const store = this.instances[ids.length % this.instances.length] as PostgresStore
      const event: Envelope = {
        id,
        type: 'a.b.c.v1',
        source: 's',
        topic: this.topic,
        payload: { key },
        partitionKey: `k${key}`,
      }
      await store.unitOfWork.transact((transaction) => store.outbox.publish([event], { transaction }))
      ids.push(id)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

describeLongWithDebezium('Changing from relays to change data capture while events are written', (capture) => {
  const schema = 'switched'
  const topic = uniqueTopic('switch')
  let records: readonly StoredRecord[]
  let writers: Writers
  let left: number

  before(async () => {
    const { pool } = capture
    await migrate(pool, { schema })
    await capture.topic(topic, 3)
    const transport = await capture.transport()
    const relayOf = (store: PostgresStore) => new Relay({ outbox: store.outbox, publisher: transport, logger: quiet })
    const polling = [0, 1].map(() => postgres({ pool, schema, leaseMs: 2000 }))
    let relays = polling.map(relayOf)
    for (const relay of relays) relay.start()
    writers = new Writers([...polling], topic)
    records = await capture.records(topic)
    await writers.more(10)
    // A backlog, in space that deleted rows have left: what is read first is not what was written first.
    for (const relay of relays) await relay.stop()
    await pool.query(`vacuum ${schema}.outbox`)
    await writers.more(10)

    // 1. The database is made ready; 2. the connector is started, and has read what is in the table.
    const captured = postgres({ pool, schema, relay: 'cdc' })
    await capture.setUp(captured)
    const worker = await capture.worker(captured)
    await worker.start()
    await until(async () => (await captured.health()).status === 'up')
    relays = polling.map(relayOf)
    for (const relay of relays) relay.start()
    await writers.more(10)
    // 3. The instances are started anew one after the other, without relays; 4. and then for change data capture.
    for (const [index, old] of polling.entries()) {
      writers.instances[index] = postgres({ pool, schema, relay: 'separate' })
      await relays[index]?.stop()
      await old.stop()
      await writers.more(5)
    }
    await captured.start()
    for (const index of polling.keys()) {
      writers.instances[index] = captured
      await writers.more(5)
    }
    await writers.more(10)
    await worker.stop({ keep: true, by: 'SIGKILL' })
    await writers.more(10)
    await worker.start()
    await writers.stop()
    left = (await captured.outbox.pending()).count
    const expected = writers.written.flat().length
    await until(() => new Set(records.map(idOf)).size >= expected)
    await captured.stop()
  })

  it('loses nothing', () => {
    expect([...new Set(records.map(idOf))].toSorted()).to.deep.equal(writers.written.flat().toSorted())
  })

  it('keeps the order of each key, but for what comes twice', () => {
    for (const [key, ids] of writers.written.entries()) {
      const found = [...new Set(records.filter(({ message }) => String(message.key) === `k${key}`).map(idOf))]
      expect(found).to.deep.equal(ids)
    }
  })

  it('leaves at most what was written before the services were started anew', async () => {
    expect(left).to.be.lessThan(writers.written.flat().length)
  })
})

function idOf({ message }: StoredRecord): string {
  return String(message.headers?.['ce_id'])
}
