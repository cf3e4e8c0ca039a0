import { createRuntime } from '@gulo/core'
import { VirtualClock } from '@gulo/testing'
import { expect } from 'chai'
import type pg from 'pg'
import { SlotLeases } from '../../dist/outbox/slot-leases.js'
import { pgPool } from '../../dist/sql/pg.js'
import { Schema } from '../../dist/sql/schema.js'
import { describeWithDatabase, makeStore } from '../support/database.js'

const LEASE_MS = 300
const ALL = Array.from({ length: 16 }, (_, slot) => slot)
const idle = () => false

describeWithDatabase('The slots of a relay', (pool) => {
  let schema = ''
  let dispose: () => Promise<void>
  beforeEach(async () => {
    ;({ schema, dispose } = await makeStore(pool))
  })
  afterEach(() => dispose())

  const relay = () => {
    const clock = new VirtualClock()
    const leases = new SlotLeases(new Schema(schema), { leaseMs: LEASE_MS, runtime: () => createRuntime({ clock }) })
    return { clock, leases, keep: (busy: (slot: number) => boolean = idle) => leases.keep(pgPool(pool, false), busy) }
  }

  it('are kept while they are busy, though others have come for their share', async () => {
    const [one, two] = [relay(), relay()]
    await one.keep()
    await two.keep()
    await one.clock.advance(LEASE_MS / 2)
    await one.keep((slot) => slot < 12)
    expect([...one.leases.owned()].sort((left, right) => left - right)).to.deep.equal(ALL.slice(0, 12))
  })

  it('are no longer counted on before their lease ends, when it could not be renewed', async () => {
    const one = relay()
    await one.keep()
    expect(one.leases.owned()).to.have.length(16)
    await one.clock.advance(LEASE_MS * 0.8)
    expect(one.leases.owned()).to.deep.equal([])
  })

  it('are lost to who has taken them over, and not renewed', async () => {
    const [one, two] = [relay(), relay()]
    await one.keep()
    await expired(pool, schema)
    expect(await two.keep()).to.have.length(16)
    await one.clock.advance(LEASE_MS / 2)
    expect(await one.keep()).to.deep.equal([])
    expect(one.leases.owned()).to.deep.equal([])
    await two.clock.advance(LEASE_MS / 2)
    await two.keep(() => true)
    expect(two.leases.owned()).to.have.length(16)
  })

  it('are not renewed by an owner that has lost them and got them back since', async () => {
    const one = relay()
    await one.keep()
    await pool.query(`update ${schema}.relay_slot set epoch = epoch + 2`)
    await one.clock.advance(LEASE_MS / 2)
    await one.keep()
    expect(one.leases.owned()).to.deep.equal([])
  })
})

/** Resolves once all leases and nodes are past their time for the database, as if their owners were gone. */
async function expired(pool: pg.Pool, schema: string): Promise<void> {
  await pool.query(`update ${schema}.relay_slot set lease_until = '-infinity'`)
  await pool.query(`update ${schema}.relay_node set seen_at = '-infinity'`)
}
