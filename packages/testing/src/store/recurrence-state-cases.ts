import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { declareDue, HOUR_MS, nextOf, type RecurrencesDriver, SERVICE, WORDS } from './recurrences-driver.js'

const at = (name: string, nextMs: number | undefined, words = WORDS) => ({ name, words, nextMs })

/** What is declared, changed, retired and paused. */
export const recurrenceStateCases: readonly ConformanceCase<RecurrencesDriver>[] = [
  {
    title: 'knows what a service has declared, by name, and the time',
    async run({ recurrences }) {
      const { nowMs, schedules } = await recurrences.find(SERVICE)
      expect(nowMs).to.be.above(0)
      expect(schedules).to.deep.equal([])
      await recurrences.declare(SERVICE, [at('two', 2_000), at('one', 1_001), at('three', undefined)])
      expect((await recurrences.find(SERVICE)).schedules).to.deep.equal([
        { ...at('one', 1_001), paused: false },
        { ...at('three', undefined), paused: false },
        { ...at('two', 2_000), paused: false },
      ])
    },
  },
  {
    title: 'leaves a schedule where it is when it is declared again',
    async run(driver) {
      const { recurrences, other = recurrences } = driver
      await recurrences.declare(SERVICE, [at('report', 1_000)])
      await other.declare(SERVICE, [at('report', 5_000)])
      expect(await nextOf(driver)).to.equal(1_000)
    },
  },
  {
    title: 'lets a schedule whose words have changed begin anew',
    async run(driver) {
      await driver.recurrences.declare(SERVICE, [at('report', 1_000)])
      await driver.recurrences.declare(SERVICE, [at('report', 5_000, 'every 2h')])
      const { schedules } = await driver.recurrences.find(SERVICE)
      expect(schedules).to.deep.equal([{ ...at('report', 5_000, 'every 2h'), paused: false }])
    },
  },
  {
    title: 'retires what is declared no longer, until it is declared again',
    async run(driver) {
      const { recurrences } = driver
      const { firing } = await declareDue(driver)
      await recurrences.pause(SERVICE, 'report')
      await recurrences.declare(SERVICE, [at('other', 1_000)])
      expect((await recurrences.find(SERVICE)).schedules.map(({ name }) => name)).to.deep.equal(['other'])
      expect(await recurrences.fire(SERVICE, 'report', firing()), 'fired').to.equal(false)
      expect(await recurrences.fire(SERVICE, 'report', { ...firing(), step: undefined }), 'run now').to.equal(false)
      expect(await recurrences.pause(SERVICE, 'report'), 'paused').to.equal(false)
      expect(await recurrences.resume(SERVICE, 'report', 1_000), 'resumed').to.equal(false)
      await recurrences.declare(SERVICE, [at('report', 7_000)])
      expect((await recurrences.find(SERVICE)).schedules).to.deep.equal([{ ...at('report', 7_000), paused: false }])
    },
  },
  {
    title: 'keeps services apart',
    async run(driver) {
      const { recurrences } = driver
      const { firing } = await declareDue(driver)
      await recurrences.declare('elsewhere', [at('report', 3_000)])
      await recurrences.declare('elsewhere', [])
      expect(await recurrences.fire(SERVICE, 'report', firing())).to.equal(true)
      expect((await recurrences.find('elsewhere')).schedules).to.deep.equal([])
      expect(await recurrences.findRuns('elsewhere', 'report', 10)).to.deep.equal([])
    },
  },
  {
    title: 'fires nothing that is paused, and goes on where it is resumed',
    async run(driver) {
      const { recurrences, other = recurrences } = driver
      const { fromMs, firing } = await declareDue(driver)
      expect(await other.pause(SERVICE, 'report')).to.equal(true)
      expect((await recurrences.find(SERVICE)).schedules[0]).to.include({ paused: true })
      expect(await recurrences.fire(SERVICE, 'report', firing())).to.equal(false)
      expect(await other.resume(SERVICE, 'report', fromMs + HOUR_MS)).to.equal(true)
      expect((await recurrences.find(SERVICE)).schedules[0]).to.include({ paused: false, nextMs: fromMs + HOUR_MS })
    },
  },
  {
    title: 'moves nothing when it resumes what was not paused, and knows what it does not have',
    async run(driver) {
      const { recurrences } = driver
      const { fromMs } = await declareDue(driver)
      expect(await recurrences.resume(SERVICE, 'report', fromMs + HOUR_MS)).to.equal(true)
      expect(await nextOf(driver)).to.equal(fromMs)
      expect(await recurrences.pause(SERVICE, 'nothing')).to.equal(false)
      expect(await recurrences.resume(SERVICE, 'nothing', 1_000)).to.equal(false)
    },
  },
  {
    title: 'keeps a pause when the words change',
    async run(driver) {
      await declareDue(driver)
      await driver.recurrences.pause(SERVICE, 'report')
      await driver.recurrences.declare(SERVICE, [at('report', 9_000, 'every 2h')])
      const { schedules } = await driver.recurrences.find(SERVICE)
      expect(schedules).to.deep.equal([{ ...at('report', 9_000, 'every 2h'), paused: true }])
    },
  },
]
