import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Envelope } from '@gulo/core'
import { migrate, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase } from '../support/database.js'
import { Workplace } from '../support/workplace.js'

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

describeWithDatabase('The command line with a store on PostgreSQL', (pool, url) => {
  const schema = `gulo_cli_${process.pid}`
  let place: Workplace

  beforeEach(() => {
    place = new Workplace()
    place.write(
      'gulo.config.mjs',
      `import { appendFileSync } from 'node:fs'
       import { postgres } from '{@gulo/postgres}'
       import pg from '${import.meta.resolve('pg')}'
       const pool = new pg.Pool({ connectionString: '${url}' })
       const send = ({ id, partitionKey }) => appendFileSync('sent', partitionKey + ' ' + id + '\\n')
       const transport = { start() {}, stop() {}, async publish(envelopes) { envelopes.forEach(send) } }
       const store = postgres({ pool, schema: '${schema}', relay: 'separate', leaseMs: 1000, cdc: { headers: ['x-region'] } })
       export default { store, transport, close: () => pool.end() }`,
    )
  })
  afterEach(async () => {
    place.remove()
    await pool.query(`drop schema if exists ${schema} cascade`)
  })

  it('makes the tables', async () => {
    const first = await place.run('migrate')
    expect(first).to.deep.include({ code: 0, err: '' })
    expect(first.out).to.match(new RegExp(`^${schema} is at version \\d+, from 0$`))
    // The module is loaded once in this process, and its pool is closed: asked by another one.
    const store = postgres({ pool, schema })
    await store.start()
    await store.stop()
  })

  it('prints the SQL of the tables, which makes them as well', async () => {
    const { out, code } = await place.run('migrate', '--print')
    expect(code).to.equal(0)
    expect(out).to.match(/^-- 0001_store\.sql\ncreate schema/)
    await pool.query(out)
    const { from, to } = await migrate(pool, { schema })
    expect(from).to.equal(to)
    const store = postgres({ pool, schema })
    await store.start()
    await store.stop()
  })

  it('prints for another schema, and refuses what is none', async () => {
    const { out } = await place.run('migrate', '--print', '--schema', 'other')
    expect(out).to.contain('create table "other".outbox').and.not.contain(schema)
    const refused = await place.run('migrate', '--print', '--schema', 'x"; drop')
    expect(refused.code).to.equal(1)
    expect(refused.err).to.match(/^GULO_CONFIGURATION_INVALID/)
  })

  it('prints the connector without a secret', async () => {
    const { out, code } = await place.run('cdc', 'config', '--host', 'db.internal', '--user', 'reader')
    expect(code).to.equal(0)
    expect(JSON.parse(out)).to.include({
      'database.hostname': 'db.internal',
      'database.user': 'reader',
      'database.password': '\u0024{env:GULO_CDC_PASSWORD}',
      'slot.name': `${schema}_outbox`,
      'table.include.list': `${schema}.outbox`,
    })
    expect(out).to.contain('header_x_region:header:x-region')
  })

  it('prints the SQL for change data capture, which may be run twice', async () => {
    await migrate(pool, { schema })
    const { out } = await place.run('cdc', 'config', '--sql', '--user', `${schema}"x`)
    await pool.query(out)
    await pool.query(out)
    const { rows } = await pool.query('select pubinsert, pubdelete, pubupdate from pg_publication where pubname = $1', [
      `${schema}_outbox`,
    ])
    expect(rows).to.deep.equal([{ pubinsert: true, pubdelete: false, pubupdate: false }])
    await pool.query(`drop publication "${schema}_outbox"; drop owned by "${schema}""x"; drop role "${schema}""x"`)
  })

  it('relays in processes of their own, which end in good order when they are told to', async () => {
    await migrate(pool, { schema })
    writeFileSync(join(place.folder, 'sent'), '')
    const store = postgres({ pool, schema, relay: 'separate' })
    const relays = [await startRelay(), await startRelay()]
    const expected: string[] = []
    for (let count = 0; count < 60; count++) {
      const key = `key-${count % 5}`
      const id = `00000000-0000-7000-8000-${String(count).padStart(12, '0')}`
      const event: Envelope = { id, type: 'a.b.c.v1', source: 's', topic: 't', payload: {}, partitionKey: key }
      await store.unitOfWork.transact((transaction) => store.outbox.publish([event], { transaction }))
      expected.push(`${key} ${id}`)
      if (count === 30) expect(await end(relays[0] as ChildProcess)).to.equal(0)
    }
    const sent = () => readFileSync(join(place.folder, 'sent'), 'utf8').trim().split('\n')
    while (new Set(sent()).size < expected.length) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await end(relays[1] as ChildProcess)).to.equal(0)
    const ofKey = (lines: readonly string[], key: string) => [...new Set(lines)].filter((line) => line.startsWith(key))
    for (const key of ['key-0', 'key-1', 'key-2', 'key-3', 'key-4'])
      expect(ofKey(sent(), key)).to.deep.equal(ofKey(expected, key))
    const { rows } = await pool.query(`select count(*)::int as held from ${schema}.relay_slot where owner is not null`)
    expect(rows[0].held).to.equal(0)
  })

  async function startRelay(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [BIN, 'relay'], { cwd: place.folder, stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => String(chunk).includes('relaying') && resolve())
    })
    return child
  }

  async function end(child: ChildProcess): Promise<number | null> {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const [code] = (await ended) as [number | null]
    return code
  }
})
