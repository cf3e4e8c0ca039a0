import { postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { drain, event, store } from '../support/writers.js'

describeWithDatabase('Relays that share the outbox', (pool) => {
  const keys = Array.from({ length: 64 }, (_, index) => `key-${index}`)

  it('take over what another one has let go', async () => {
    const { store: one, schema, dispose } = await makeStore(pool)
    const two = postgres({ pool, schema })
    await one.outbox.claim(1)
    const events = keys.map((key) => event(key))
    await store(one, ...events)
    expect(await two.outbox.claim(100), 'while the first is alive').to.deep.equal([])
    await Promise.all([one.stop(), two.stop()])
    const fresh = postgres({ pool, schema })
    expect([...(await drain(fresh))].sort()).to.deep.equal(events.map(({ id }) => id).sort())
    await fresh.stop()
    await dispose()
  })

  it('take over what one holds that is not heard of any more, once its lease has ended', async () => {
    const { store: one, schema, dispose } = await makeStore(pool, { leaseMs: 300 })
    const events = keys.map((key) => event(key))
    await store(one, ...events)
    const held = await one.outbox.claim(10)
    expect(held).to.have.length(10)
    const two = postgres({ pool, schema, leaseMs: 300 })
    const got: string[] = []
    while (got.length < events.length) got.push(...(await drain(two)))
    expect(got.sort()).to.deep.equal(events.map(({ id }) => id).sort())
    await two.stop()
    await dispose()
  })

  it('have a fair part each, and every event once', async () => {
    const { store: one, schema, dispose } = await makeStore(pool, { leaseMs: 400 })
    const two = postgres({ pool, schema, leaseMs: 400 })
    await Promise.all([one.outbox.claim(1), two.outbox.claim(1)])
    const shares = new Map([
      [one, 0],
      [two, 0],
    ])
    const got: string[] = []
    const events: string[] = []
    while ([...shares.values()].some((share) => share === 0)) {
      const batch = keys.map((key) => event(key))
      events.push(...batch.map(({ id }) => id))
      await store(one, ...batch)
      for (const relay of [one, two]) {
        const ids = await drain(relay)
        shares.set(relay, (shares.get(relay) ?? 0) + ids.length)
        got.push(...ids)
      }
    }
    await two.stop()
    while (got.length < events.length) got.push(...(await drain(one)))
    expect(got.sort()).to.deep.equal(events.sort())
    await dispose()
  })
})
