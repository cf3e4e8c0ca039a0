import { expect } from 'chai'
import type { RunTask } from '../dist/children.js'
import { measure } from '../dist/measure.js'
import type { Suite } from '../dist/suite.js'
import type { Task } from '../dist/task.js'

const effort = { rounds: 60, warmUpRounds: 20, batchMs: 10 }
const quick = { rounds: 20, warmUpRounds: 12, batchMs: 5 }

const suite: Suite = {
  name: 'dispatch',
  method: { by: 'best', processes: 3, attempts: 8, effort, quick },
  groups: [{ name: 'send', prepare: async () => [] }],
  cases: [
    { case: 'send', kind: 'ratio', group: 'send', variant: 'send', goal: 1.25 },
    { case: 'send over twice', kind: 'ratio', group: 'send', variant: 'send', base: 'twice', goal: 0.5 },
    { case: 'send: time', kind: 'us', group: 'send', variant: 'send', goal: 0.1 },
    { case: 'send: heap', kind: 'bytes', group: 'send', variant: 'send', goal: 1024 },
    { case: 'import core', kind: 'import', module: '@gulo/core', goal: 30 },
  ],
}

const each = (ns: number) => ({ wall: [ns * 3, ns], cpu: [ns * 2, ns] })

/** Answers like a child process that has measured. */
function childWith(control: number, tasks: Task[] = []): RunTask {
  return async (task) => {
    tasks.push(task)
    const samples = {
      raw: each(100),
      send: each(120),
      twice: each(200),
      control: each(100 * control),
      other: each(400),
    }
    const skipped = {}
    const peers = [{ name: 'other', version: '1.2.3', case: 'send', variant: 'other' }]
    return { samples, skipped, bytes: { send: 700.4 }, figures: {}, importMs: 12.34, peers }
  }
}

describe('measuring a suite', () => {
  it('prints one object in the shape that scripts judge', async () => {
    const options = { quick: true, peers: true, progress: () => undefined, run: childWith(1.01) }
    expect(JSON.parse(JSON.stringify(await measure(suite, options)))).to.deep.equal({
      suite: 'dispatch',
      node: process.versions.node,
      control: 1.01,
      cases: [
        { case: 'send', ratio: 1.2, cpu: 1.2, goal: 1.25, met: true },
        { case: 'send over twice', ratio: 0.6, cpu: 0.6, goal: 0.5, met: false },
        { case: 'send: time', value: 0.12, unit: 'us', cpu: 0.18, goal: 0.1, met: false },
        { case: 'send: heap', value: 700, unit: 'bytes', goal: 1024, met: true },
        { case: 'import core', value: 12.3, unit: 'ms', cpu: 12.3, goal: 30, met: true },
      ],
      peers: [{ name: 'other', version: '1.2.3', case: 'send', ratio: 4 }],
    })
  })

  it('claims no timed goal when the control is off, and says what it was', async () => {
    const report = await measure(suite, { quick: true, peers: true, progress: () => undefined, run: childWith(1.2) })
    expect(report.control).to.equal(1.2)
    expect(report.cases.map(({ met, inconclusive }) => [met, inconclusive ?? false])).to.deep.equal([
      [false, true],
      [false, true],
      [false, true],
      [true, false],
      [true, false],
    ])
  })

  it('times every group in three processes', async () => {
    const tasks: Task[] = []
    await measure(suite, { quick: false, peers: false, progress: () => undefined, run: childWith(1, tasks) })
    const timed = tasks.filter(({ kind }) => kind === 'time')
    expect(timed.map(({ group, rounds, peers }) => ({ group, rounds, peers }))).to.deep.equal(
      Array.from({ length: 3 }, () => ({ group: 'send', rounds: 60, peers: false })),
    )
  })
})

const brokers: Suite = {
  name: 'kafka',
  service: 'kafka',
  method: { by: 'median', processes: 1, attempts: 3, effort, quick },
  groups: [
    { name: 'publish', prepare: async () => [], effort: { rounds: 8, warmUpRounds: 2, batchMs: 100 } },
    { name: 'consume', prepare: async () => [] },
  ],
  cases: [
    { case: 'publish', kind: 'rate', group: 'publish', variant: 'fast', goal: 6 },
    { case: 'consume', kind: 'rate', group: 'consume', variant: 'slow', base: 'fast', goal: 0.9 },
    { case: 'over another client', kind: 'rate', group: 'consume', variant: 'fast', base: 'absent', goal: 0.7 },
  ],
}

function broker(controls: readonly number[], tasks: Task[] = []): RunTask {
  const left = [...controls]
  return async (task) => {
    tasks.push(task)
    const control = each(70_000 * (left.shift() ?? 1))
    const samples = { raw: each(70_000), fast: each(10_000), slow: each(12_500), control }
    return { samples, skipped: { absent: 'it is not installed' }, bytes: {}, figures: {}, importMs: 0, peers: [] }
  }
}

const wanted = { quick: false, peers: true, progress: () => undefined, service: '127.0.0.1:9092' }

describe('measuring a suite beside a broker', () => {
  it('compares operations per second, of which more is better, and tells both figures', async () => {
    const { cases } = await measure(brokers, { ...wanted, run: broker([1, 1]) })
    expect(cases).to.deep.equal([
      {
        case: 'publish',
        ratio: 7,
        cpu: 0.14,
        goal: 6,
        atLeast: true,
        met: true,
        perSecond: 50_000,
        cpuUs: 15,
        raw: { perSecond: 7143, cpuUs: 105 },
      },
      {
        case: 'consume',
        ratio: 0.8,
        cpu: 1.25,
        goal: 0.9,
        atLeast: true,
        met: false,
        perSecond: 40_000,
        cpuUs: 18.8,
        raw: { perSecond: 50_000, cpuUs: 15 },
      },
    ])
  })

  it('lists what cannot be measured here with its reason, apart from the cases', async () => {
    const { skipped } = await measure(brokers, { ...wanted, run: broker([1, 1]) })
    expect(skipped).to.deep.equal([{ case: 'over another client', reason: 'it is not installed' }])
  })

  it('hands every process the address of the service and the effort of its group', async () => {
    const tasks: Task[] = []
    await measure(brokers, { ...wanted, run: broker([1, 1], tasks) })
    expect(tasks.map(({ service, rounds }) => ({ service, rounds }))).to.deep.equal([
      { service: '127.0.0.1:9092', rounds: 8 },
      { service: '127.0.0.1:9092', rounds: 60 },
    ])
  })

  it('adds the rounds of further processes while the control is off, and leaves none out', async () => {
    const tasks: Task[] = []
    const report = await measure(brokers, { ...wanted, run: broker([1.3, 0.98, 1, 1], tasks) })
    expect(tasks.map(({ group }) => group)).to.deep.equal(['publish', 'publish', 'publish', 'consume'])
    expect(report.control).to.equal(1)
  })

  it('claims nothing of a group whose control stays off', async () => {
    const { cases, control } = await measure(brokers, { ...wanted, run: broker([1.3, 1.3, 1.3, 1]) })
    expect(control).to.equal(1.3)
    expect(cases.map(({ met, inconclusive }) => [met, inconclusive ?? false])).to.deep.equal([
      [false, true],
      [false, false],
    ])
  })
})
