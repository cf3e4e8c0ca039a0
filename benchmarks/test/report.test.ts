import { expect } from 'chai'
import { timeGroup } from '../dist/children.js'
import { exitCodeOf, type Report, toTable } from '../dist/report.js'
import type { Method } from '../dist/suite.js'
import type { Answer, Task } from '../dist/task.js'

const met = { case: 'send', ratio: 1.18, cpu: 1.16, goal: 1.25, met: true }
const missed = { case: 'publish', value: 5, unit: 'us', goal: 4, met: false }
const unclear = { ...missed, inconclusive: true } as const

function reportOf(...cases: Report['cases']): Report {
  return {
    suite: 'dispatch',
    node: '20.0.0',
    control: 1.01,
    cases,
    peers: [{ name: 'other', version: '1.0.0', case: 'send', ratio: 4 }],
  }
}

function runsWithControls(...controls: readonly number[]): (task: Task) => Promise<Answer> {
  const left = [...controls]
  return async () => {
    const control = left.shift() ?? 2
    const samples = { raw: { wall: [100], cpu: [100] }, control: { wall: [100 * control], cpu: [100] } }
    return { samples, skipped: {}, bytes: {}, figures: {}, importMs: 0, peers: [] }
  }
}

const task: Task = {
  kind: 'time',
  suite: 'dispatch',
  group: 'send',
  module: '',
  peers: false,
  quick: false,
  rounds: 1,
  warmUpRounds: 1,
  batchMs: 1,
  service: '',
}

const method: Method = { by: 'best', processes: 3, attempts: 8, effort: task, quick: task }

describe('the verdict of a report', () => {
  it('is 0 when every goal is met', () => expect(exitCodeOf(reportOf(met))).to.equal(0))
  it('is 1 when a goal is missed', () => expect(exitCodeOf(reportOf(met, missed))).to.equal(1))
  it('is 3 when a goal cannot be told', () => expect(exitCodeOf(reportOf(met, unclear))).to.equal(3))
  it('is 1 when one goal is missed and another cannot be told', () =>
    expect(exitCodeOf(reportOf(missed, unclear))).to.equal(1))
})

describe('a report as a table', () => {
  it('says for each case what was found, what was wanted and whether it was met', () => {
    const table = toTable(reportOf(met, missed, unclear))
    expect(table).to.match(/^dispatch, Node 20\.0\.0, control 1\.01$/m)
    expect(table).to.match(/^send +1\.18x +1\.16x +<= 1\.25 +met$/m)
    expect(table).to.match(/^publish +5 us +<= 4 +MISSED$/m)
    expect(table).to.match(/^publish +5 us +<= 4 +inconclusive$/m)
    expect(table).to.match(/^send +4x +other 1\.0\.0$/m)
  })
})

describe('a report on operations per second as a table', () => {
  const raw = { perSecond: 9700, cpuUs: 60 }
  const faster = { case: 'publish', ratio: 6.8, cpu: 0.3, goal: 6, atLeast: true, met: true } as const
  const slower = { ...faster, case: 'consume', ratio: 0.7, goal: 0.8, met: false }
  const figures = { perSecond: 65_800, cpuUs: 17.1, raw }
  const report = { ...reportOf({ ...faster, ...figures }, { ...slower, ...figures }), peers: [] }

  it('says that a goal is the least and what both sides did', () => {
    const table = toTable(report)
    expect(table).to.match(/^publish +6\.8x +0\.3x +>= 6 +met +65800 +9700 +17\.1 +60$/m)
    expect(table).to.match(/^consume +0\.7x +0\.3x +>= 0\.8 +MISSED +65800 /m)
  })

  it('names what was skipped and why, which is no miss', () => {
    const skipped = { ...report, cases: [faster], skipped: [{ case: 'other client', reason: 'it is not installed' }] }
    expect(toTable(skipped)).to.match(/^other client +skipped +it is not installed$/m)
    expect(exitCodeOf(skipped)).to.equal(0)
  })
})

describe('a group whose control is off', () => {
  it('is measured again until three runs can be believed', async () => {
    const { controls, conclusive } = await timeGroup(task, method, runsWithControls(1.01, 1.4, 0.99, 0.8, 1.02))
    expect(conclusive).to.equal(true)
    expect(controls.toSorted()).to.deep.equal([0.99, 1.01, 1.02])
  })

  it('is inconclusive when that does not happen within eight runs', async () => {
    const { controls, conclusive } = await timeGroup(
      task,
      method,
      runsWithControls(1.01, 1.4, 0.99, 1.4, 1.3, 0.5, 1.2, 1.06),
    )
    expect(conclusive).to.equal(false)
    expect(controls.map((each) => Number(each.toFixed(2)))).to.deep.equal([1.01, 0.99, 1.06])
  })
})
