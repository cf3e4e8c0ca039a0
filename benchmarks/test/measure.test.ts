import { expect } from 'chai'
import type { RunTask } from '../dist/children.js'
import { measure } from '../dist/measure.js'
import type { Suite } from '../dist/suite.js'
import type { Task } from '../dist/task.js'

const suite: Suite = {
  name: 'dispatch',
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
    const peers = [{ name: 'other', version: '1.2.3', case: 'send', variant: 'other' }]
    return { samples, bytes: { send: 700.4 }, importMs: 12.34, peers }
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
