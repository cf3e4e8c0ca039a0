import { createRuntime, GuloError } from '@gulo/core'
import { VirtualClock } from '@gulo/testing'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { drain, event, openTransaction, store } from '../support/writers.js'

const silent = { warn: () => undefined, error: () => undefined, info: () => undefined, debug: () => undefined }

describeWithDatabase('A relay that reads the outbox', (pool) => {
  it('finds what a transaction commits that was open while younger events were relayed', async () => {
    const { store: own, dispose } = await makeStore(pool, { sweepMs: 86_400_000 })
    const late = await openTransaction(own)
    // One for each slot, so that one of them comes after the late one in slot 0.
    const [first, others] = [event('late'), Array.from({ length: 64 }, (_, key) => event(`key-${key}`))]
    // Written by hand: it has its sequence number now, and the others come after it.
    await late.transaction.query(
      `insert into ${own.schema}.outbox (slot, id, aggregatetype, aggregateid, type, source, content_type)
       values (0, $1, 'tests.items', 'late', 'tests.item.changed.v1', 'tests', 'application/json')`,
      [first.id],
    )
    for (const each of others) await store(own, each)
    expect([...(await drain(own))].sort()).to.deep.equal(others.map(({ id }) => id).sort())
    for (let round = 0; round < 4; round++) await drain(own)
    await late.commit()
    expect(await drain(own)).to.deep.equal([first.id])
    await dispose()
  })

  it('passes over it until the next sweep when the floor may rise too early', async () => {
    const clock = new VirtualClock()
    const { store: own, dispose } = await makeStore(pool, {
      sweepMs: 60_000,
      maxFloorLagMs: 0,
      leaseMs: 600_000,
      logger: silent,
      runtime: createRuntime({ clock }),
    })
    const late = await openTransaction(own)
    await late.transaction.query(
      `insert into ${own.schema}.outbox (slot, id, aggregatetype, aggregateid, type, source, content_type)
       values (0, $1, 'tests.items', 'late', 'tests.item.changed.v1', 'tests', 'application/json')`,
      [event('late').id],
    )
    // One for each slot, so that one of them comes after the late one in slot 0.
    for (let key = 0; key < 64; key++) await store(own, event(`key-${key}`))
    for (let round = 0; round < 4; round++) {
      await clock.advance(1)
      await drain(own)
    }
    await late.commit()
    expect(await drain(own)).to.deep.equal([])
    await clock.advance(60_000)
    expect(await drain(own)).to.have.length(1)
    await dispose()
  })

  it('goes on with other topics, and with what is stored later, while one topic fails', async () => {
    const { store: own, dispose } = await makeStore(pool)
    const dead = Array.from({ length: 200 }, (_, index) => event(`key-${index}`, 'tests.dead'))
    await store(own, ...dead)
    await own.outbox.fail(await own.outbox.claim(50), new Error('the topic is gone'))
    const alive = Array.from({ length: 200 }, (_, index) => event(`key-${index}`, 'tests.alive'))
    await store(own, ...alive)
    const got: string[] = []
    for (let round = 0; round < 100 && got.length < alive.length; round++) {
      const entries = await own.outbox.claim(50)
      const [bad, good] = [true, false].map((is) =>
        entries.filter(({ envelope }) => (envelope.topic === 'tests.dead') === is),
      )
      got.push(...(good ?? []).map(({ envelope }) => envelope.id))
      await own.outbox.settle(good ?? [])
      await own.outbox.fail(bad ?? [], new Error('the topic is gone'))
    }
    expect(got.sort()).to.deep.equal(alive.map(({ id }) => id).sort())
    expect([...(await drain(own))].sort()).to.deep.equal(dead.map(({ id }) => id).sort())
    await dispose()
  })

  it('goes on with the other topics of a slot while one is on its way for long', async () => {
    const { store: own, dispose } = await makeStore(pool)
    const [slow, more, quick] = [event('same', 'tests.slow'), event('same', 'tests.slow'), event('same', 'tests.quick')]
    await store(own, slow)
    const held = await own.outbox.claim(10)
    await store(own, more, quick)
    expect(await own.outbox.claim(10), 'while the slot is held').to.deep.equal([])
    const others = await own.outbox.claim(10, ['tests.slow'])
    expect(others.map(({ envelope }) => envelope.id)).to.deep.equal([quick.id])
    await own.outbox.settle(others)
    expect(await own.outbox.claim(10), 'while the slow one is on its way').to.deep.equal([])
    await own.outbox.settle(held)
    expect(await drain(own)).to.deep.equal([more.id])
    await dispose()
  })

  it('gives the events of a topic that is well again in their order', async () => {
    const { store: own, dispose } = await makeStore(pool)
    const events = Array.from({ length: 30 }, () => event('same'))
    for (const each of events) await store(own, each)
    for (let round = 0; round < 3; round++) await own.outbox.fail(await own.outbox.claim(7), new Error('away'))
    await store(own, event('other', 'tests.alive'))
    await drain(own, 5)
    expect(await drain(own, 5)).to.deep.equal([])
    const { rows } = await pool.query(`select count(*)::int as left from ${own.schema}.outbox`)
    expect(rows[0].left).to.equal(0)
    await dispose()
  })

  it('parks a row that cannot be read, with its error, and goes on behind it', async () => {
    const { store: own, dispose } = await makeStore(pool, { logger: silent })
    await pool.query(
      `insert into ${own.schema}.outbox (slot, id, aggregatetype, aggregateid, type, source, content_type, payload)
       values (5, gen_random_uuid(), 'tests.items', 'key', 'tests.item.changed.v1', 'tests', 'application/json', 'no json')`,
    )
    const good = event('key')
    await store(own, good)
    expect(await drain(own)).to.deep.equal([good.id])
    expect(await own.outbox.pending()).to.deep.include({ count: 0, parked: 1 })
    await dispose()
  })

  it('reads all of one key as fast as of many', async () => {
    const { store: own, dispose } = await makeStore(pool)
    const events = Array.from({ length: 700 }, () => event('same'))
    await store(own, ...events)
    expect(await drain(own, 500)).to.deep.equal(events.map(({ id }) => id))
    await dispose()
  })

  it('parks what no retry can help and keeps what was wrong', async () => {
    const { store: own, dispose } = await makeStore(pool)
    await store(own, event('a'))
    const error = new GuloError('TOO_LARGE', { message: 'Too large.', mend: 'Send less.', retryable: false })
    await own.outbox.fail(await own.outbox.claim(10), error)
    const { rows } = await pool.query(`select error from ${own.schema}.outbox_parked`)
    expect(rows).to.deep.equal([{ error: { code: 'TOO_LARGE', type: 'GuloError', message: 'Too large. Send less.' } }])
    await dispose()
  })
})
