import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { declareDue, HOUR_MS, newRun, nextOf, type RecurrencesDriver, SERVICE, WORDS } from './recurrences-driver.js'
import { dueIds } from './schedule-driver.js'

/** What is fired, once, and what is known of it afterwards. */
export const recurrenceRunCases: readonly ConformanceCase<RecurrencesDriver>[] = [
  {
    title: 'plans what is to be done and moves on',
    async run(driver) {
      const { recurrences, schedule } = driver
      const { fromMs, firing } = await declareDue(driver)
      const [one, two] = [newRun(fromMs), newRun(fromMs + 1)]
      expect(await recurrences.fire(SERVICE, 'report', firing([one, two]))).to.equal(true)
      expect(await nextOf(driver)).to.equal(fromMs + HOUR_MS)
      expect(await dueIds(schedule, 0)).to.deep.equal([one.id, two.id])
    },
  },
  {
    title: 'fires an occurrence once, however many instances try',
    async run(driver) {
      const { recurrences, other = recurrences, schedule } = driver
      const { firing } = await declareDue(driver)
      const instances = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? recurrences : other))
      const fired = await Promise.all(instances.map((each) => each.fire(SERVICE, 'report', firing())))
      expect(fired.filter(Boolean), 'instances that fired').to.have.length(1)
      expect(await recurrences.fire(SERVICE, 'report', firing()), 'one that comes later').to.equal(false)
      expect(await dueIds(schedule, 0)).to.have.length(1)
      expect(await recurrences.findRuns(SERVICE, 'report', 10)).to.have.length(1)
    },
  },
  {
    title: 'fires nothing before its time, whatever the clock of an instance says',
    async run(driver) {
      const { recurrences, schedule } = driver
      const { nowMs } = await recurrences.find(SERVICE)
      const fromMs = Math.floor(nowMs) + HOUR_MS
      await recurrences.declare(SERVICE, [{ name: 'report', words: WORDS, nextMs: fromMs }])
      const step = { words: WORDS, fromMs, toMs: fromMs + HOUR_MS }
      expect(await recurrences.fire(SERVICE, 'report', { runs: [newRun(fromMs)], keep: 10, step })).to.equal(false)
      expect(await nextOf(driver)).to.equal(fromMs)
      expect(await dueIds(schedule, Number.MAX_SAFE_INTEGER / 1e6)).to.deep.equal([])
    },
  },
  {
    title: 'fires nothing for an instance that knows other words, nor from another place',
    async run(driver) {
      const { recurrences, schedule } = driver
      const { fromMs, firing } = await declareDue(driver)
      for (const wrong of [{ words: 'every 2h' }, { fromMs: fromMs - 1 }]) {
        const step = { words: WORDS, fromMs, toMs: fromMs + HOUR_MS, ...wrong }
        expect(await recurrences.fire(SERVICE, 'report', { ...firing(), step })).to.equal(false)
      }
      expect(await recurrences.fire(SERVICE, 'nothing', firing()), 'unknown').to.equal(false)
      expect(await nextOf(driver)).to.equal(fromMs)
      expect(await dueIds(schedule, 0)).to.deep.equal([])
      expect(await recurrences.findRuns(SERVICE, 'report', 10)).to.deep.equal([])
    },
  },
  {
    title: 'moves on without a run, and to an end',
    async run(driver) {
      const { recurrences } = driver
      const { fromMs } = await declareDue(driver)
      const step = { words: WORDS, fromMs, toMs: undefined }
      expect(await recurrences.fire(SERVICE, 'report', { runs: [], keep: 10, step })).to.equal(true)
      expect(await nextOf(driver)).to.equal(undefined)
    },
  },
  {
    title: 'runs what is asked for although it is paused, and moves nothing',
    async run(driver) {
      const { recurrences, schedule } = driver
      const { fromMs } = await declareDue(driver)
      await recurrences.pause(SERVICE, 'report')
      const run = newRun(fromMs + 5, { cause: 'run-now' })
      expect(await recurrences.fire(SERVICE, 'report', { runs: [run], keep: 10 })).to.equal(true)
      expect(await nextOf(driver)).to.equal(fromMs)
      expect(await dueIds(schedule, 0)).to.deep.equal([run.id])
      expect(await recurrences.findRuns(SERVICE, 'report', 10)).to.have.length(1)
    },
  },
  {
    title: 'remembers what became of a run',
    async run(driver) {
      const { recurrences, other = recurrences } = driver
      const { fromMs, firing } = await declareDue(driver)
      const run = newRun(fromMs, { cause: 'missed' })
      const last = async () => (await other.findRuns(SERVICE, 'report', 1))[0]
      await recurrences.fire(SERVICE, 'report', firing([run]))
      const waiting = await last()
      expect(waiting).to.include({ id: run.id, occurrenceMs: fromMs, cause: 'missed', attempts: 0, outcome: 'waiting' })
      expect(waiting?.firedMs).to.be.at.least(fromMs)
      expect(waiting?.startedMs).to.equal(undefined)
      await other.beginRun(run.id)
      expect(await last()).to.include({ attempts: 1, outcome: 'running', finishedMs: undefined, error: undefined })
      await other.endRun(run.id, { code: 'OUT_OF_PAPER', message: 'Grüße' })
      const failed = await last()
      expect(failed).to.include({ attempts: 1, outcome: 'failed' })
      expect(failed?.error).to.deep.equal({ code: 'OUT_OF_PAPER', message: 'Grüße' })
      expect(failed?.finishedMs).to.be.at.least(failed?.startedMs ?? Number.NaN)
      await recurrences.beginRun(run.id)
      expect(await last()).to.include({ attempts: 2, outcome: 'running', finishedMs: undefined, error: undefined })
      await recurrences.endRun(run.id)
      expect(await last()).to.include({ attempts: 2, outcome: 'succeeded', error: undefined })
      expect((await last())?.finishedMs).to.be.above(0)
    },
  },
  {
    title: 'remembers a run whose message could not be made',
    async run(driver) {
      const { recurrences, schedule } = driver
      const { fromMs, firing } = await declareDue(driver)
      const error = { code: undefined, message: 'no paper' }
      await recurrences.fire(SERVICE, 'report', firing([newRun(fromMs, { item: undefined, error })]))
      const [run] = await recurrences.findRuns(SERVICE, 'report', 1)
      expect(run).to.include({ outcome: 'failed', attempts: 0 })
      expect(run?.error?.message).to.equal('no paper')
      expect(run?.finishedMs).to.be.above(0)
      expect(await dueIds(schedule, 0)).to.deep.equal([])
    },
  },
  {
    title: 'remembers the last runs, the last one first, and no more than are kept',
    async run(driver) {
      const { recurrences } = driver
      const { fromMs } = await declareDue(driver)
      const runs = Array.from({ length: 5 }, (_, index) => newRun(fromMs + index))
      for (const run of runs.slice(0, 4)) await recurrences.fire(SERVICE, 'report', { runs: [run], keep: 10 })
      const found = async (limit: number) => (await recurrences.findRuns(SERVICE, 'report', limit)).map(({ id }) => id)
      const ids = runs.map(({ id }) => id).reverse()
      expect(await found(10)).to.deep.equal(ids.slice(1))
      expect(await found(2)).to.deep.equal(ids.slice(1, 3))
      await recurrences.fire(SERVICE, 'report', { runs: runs.slice(4), keep: 2 })
      expect(await found(10)).to.deep.equal(ids.slice(0, 2))
      await recurrences.beginRun(ids.at(-1) as string)
      expect(await found(10), 'after one that is forgotten has begun').to.deep.equal(ids.slice(0, 2))
    },
  },
]
