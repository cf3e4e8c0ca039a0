import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import {
  type Clock,
  Command,
  Contract,
  createService,
  every,
  handler,
  recurring,
  seededRandom,
  sleep,
  systemClock,
} from '@gulo/core'
import { migrate, postgres } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore, uniqueSchema } from '../support/database.js'

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))
const STEP_MS = 100

@Contract('tests.report.make.v1')
class MakeReport extends Command {
  readonly at!: number
}

// A hundred kills with GULO_TEST_LONG=1.
describeWithDatabase('What recurs on PostgreSQL', (pool) => {
  const kills = process.env['GULO_TEST_LONG'] ? 100 : 3

  it(`is handled once for each occurrence, none left out, while its instances are killed ${kills} times`, async function () {
    this.timeout(30_000 + kills * 3000)
    const schema = uniqueSchema()
    await migrate(pool, { schema })
    await pool.query(`create table ${schema}.report (at bigint)`)
    const random = seededRandom(kills)
    const begin = async () => {
      const child = fork(WORKER, [process.env['GULO_TEST_POSTGRES'] ?? '', schema], { stdio: ['ignore', 2, 2, 'ipc'] })
      await once(child, 'message')
      return child
    }
    const instances = [await begin(), await begin()]
    for (let kill = 0; kill < kills; kill++) {
      const [killed] = instances.splice(kill % 2, 1) as [ChildProcess]
      // At any moment of its work, more often than not in the midst of it.
      await once(killed, 'message')
      await sleep(systemClock, random.next() * STEP_MS)
      const gone = once(killed, 'exit')
      killed.kill('SIGKILL')
      await gone
      instances.push(await begin())
    }
    const states = async () => {
      const { rows } = await pool.query(
        `select outcome, count(*)::int as count from ${schema}.recurring_run group by 1`,
      )
      return new Map<string, number>(rows.map(({ outcome, count }) => [outcome, count]))
    }
    const store = postgres({ pool, schema })
    await store.recurrences.pause('reporting', 'report')
    const total = [...(await states()).values()].reduce((sum, count) => sum + count, 0)
    while (((await states()).get('succeeded') ?? 0) < total) await sleep(systemClock, 50)
    for (const instance of instances) {
      const gone = once(instance, 'exit')
      instance.send('stop')
      await gone
    }
    const { rows: reports } = await pool.query(`select at::float8 as at from ${schema}.report order by at`)
    const { rows: runs } = await pool.query(
      `select (extract(epoch from occurrence_at) * 1000)::float8 as at from ${schema}.recurring_run order by 1`,
    )
    const times = runs.map(({ at }) => at)
    const [first = 0] = times
    expect(times, 'occurrences').to.deep.equal(times.map((_, index) => first + index * STEP_MS))
    expect(
      reports.map(({ at }) => at),
      'reports',
    ).to.deep.equal(times)
    expect(times.length).to.be.above(kills)
    await pool.query(`drop schema ${schema} cascade`)
  })

  it('goes by the clock of the database, whatever those of its instances say', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const made: number[] = []
    const make = handler(MakeReport, ({ at }) => void made.push(at))
    const report = recurring('report', every('1h'), ({ at }) => MakeReport.of({ at: at.getTime() }))
    const begin = (aheadMs: number) => {
      const clock: Clock = {
        now: () => systemClock.now() + aheadMs,
        monotonic: systemClock.monotonic,
        after: systemClock.after,
      }
      const own = postgres({ pool, schema })
      return createService({ name: 'reporting', handlers: [make], store: own, recurring: [report], clock }).start()
    }
    const [slow, fast] = [await begin(-86_400_000), await begin(86_400_000)]
    const { nowMs, schedules } = await store.recurrences.find('reporting')
    expect(schedules[0]?.nextMs, 'next').to.equal((Math.floor(nowMs / 3_600_000) + 1) * 3_600_000)
    await fast.stop()
    expect(made, 'before its time').to.deep.equal([])
    const dueMs = Math.floor(nowMs / 3_600_000) * 3_600_000
    await pool.query(`update ${schema}.recurring set next_at = to_timestamp($1::float8 / 1000)`, [dueMs])
    while (made.length === 0) await sleep(systemClock, 20)
    expect(made, 'although the clock of the one that is left is a day behind').to.deep.equal([dueMs])
    await slow.stop()
    await dispose()
  })

  it('moves nothing on when the messages of its runs cannot be stored', async () => {
    const { store, dispose } = await makeStore(pool)
    const { nowMs } = await store.recurrences.find('reporting')
    const fromMs = Math.floor(nowMs) - 1000
    await store.recurrences.declare('reporting', [{ name: 'report', words: 'w', nextMs: fromMs }])
    const envelope = { id: 'x', type: 't', source: 's', topic: 't', payload: {} }
    const item = { id: '00000000-0000-7000-8000-000000000001', dueAtMs: 0, work: { kind: 'send', envelope } as const }
    await store.schedule.at(item)
    const run = { id: item.id, occurrenceMs: fromMs, cause: 'due', item } as const
    const firing = { runs: [run], keep: 10, step: { words: 'w', fromMs, toMs: fromMs + 1 } }
    let refused: unknown
    await store.recurrences.fire('reporting', 'report', firing).catch((error: unknown) => {
      refused = error
    })
    expect(refused).to.have.property('code', '23505')
    expect((await store.recurrences.find('reporting')).schedules[0]?.nextMs).to.equal(fromMs)
    expect(await store.recurrences.findRuns('reporting', 'report', 10)).to.deep.equal([])
    await dispose()
  })
})
