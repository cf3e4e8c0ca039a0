import type { DeadLetterPageQuery } from '@gulo/core'
import type { PgPool, PgQuery } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { letter } from './letters.js'

const minute = (count: number) => `2026-01-01T00:${String(count).padStart(2, '0')}:00.000Z`

describeWithDatabase('Pages of dead letters', (pool) => {
  const last: { query: PgQuery | undefined } = { query: undefined }
  const watched: PgPool = {
    connect: () => pool.connect(),
    query: (query) => {
      last.query = query
      return pool.query({ ...query, values: query.values ?? [] })
    },
  }

  /** The plan of the last query where reading the whole table is no way to go. */
  async function plan(): Promise<string> {
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query('set local enable_seqscan = off')
      await client.query('set local enable_bitmapscan = off')
      const { rows } = await client.query(`explain ${last.query?.text}`, last.query?.values ?? [])
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    } finally {
      await client.query('rollback')
      client.release()
    }
  }

  const queries: [string, DeadLetterPageQuery, string][] = [
    ['all letters', {}, 'dead_letter_recent'],
    ['new letters', { status: 'new' }, 'dead_letter_(open|status|waiting)'],
    ['discarded letters', { status: 'discarded' }, 'dead_letter_status'],
    ['one cause', { fingerprint: '0011223344556677' }, 'dead_letter_cause'],
    ['one consumer', { consumer: 'inventory/reserve' }, 'dead_letter_consumer'],
    ['one type', { type: 'ordering.order.placed.v1' }, 'dead_letter_type'],
  ]
  for (const [what, query, index] of queries) {
    it(`of ${what} come from an index in its order, from the middle as well`, async () => {
      const { store, dispose } = await makeStore(pool, { pool: watched })
      for (let count = 1; count <= 5; count++) await store.deadLetters.add(letter({ failedAt: minute(count) }))
      const { next } = await store.deadLetters.page({ limit: 2 })
      await store.deadLetters.page({ ...query, limit: 2, cursor: next as string })
      const found = await plan()
      expect(found).to.match(new RegExp(`Index (Only )?Scan (Backward )?using ${index}`))
      expect(found).to.match(/Index Cond: .*ROW\(failed_time, id\) < ROW/)
      expect(found).to.not.match(/Sort/)
      await dispose()
    })
  }

  it('of letters that wait for a replay come from an index of only those', async () => {
    const { store, dispose } = await makeStore(pool, { pool: watched })
    await store.deadLetters.add(letter())
    await store.deadLetters.claim({}, { limit: 5 }, { owner: letter().id, forMs: 1000 })
    expect(await plan()).to.match(/Index Scan using dead_letter_(waiting|claim)/)
    await dispose()
  })

  it('tell letters of one millisecond apart, and of less', async () => {
    const { store, dispose } = await makeStore(pool)
    const times = ['2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00.000002Z', '2026-01-01T01:00:00.000001+01:00']
    for (const failedAt of times) await store.deadLetters.add(letter({ failedAt }))
    const ids: string[] = []
    for (let cursor: string | undefined; ids.length < 5; ) {
      const { letters, next } = await store.deadLetters.page({ limit: 1, ...(cursor && { cursor }) })
      ids.push(...letters.map(({ failedAt }) => failedAt))
      if (next === undefined) break
      cursor = next
    }
    expect(ids).to.deep.equal([times[1], times[2], times[0]])
    await dispose()
  })

  it('have letters whose error cannot be stored as it is', async () => {
    const { store, dispose } = await makeStore(pool)
    const error = { ...letter().error, message: 'NUL \u0000, half \ud800, \\u0000 and 😀' }
    const attemptLog = [{ attempt: 1, at: minute(1), code: 'X', message: '\u0000\udc00', durationMs: 1 }]
    await store.deadLetters.add(letter({ error, attemptLog }))
    const { letters } = await store.deadLetters.page()
    expect(letters[0]?.error.message).to.equal('NUL \ufffd, half \ufffd, \\u0000 and 😀')
    expect(letters[0]?.attemptLog?.[0]?.message).to.equal('\ufffd\ufffd')
    await dispose()
  })
})
