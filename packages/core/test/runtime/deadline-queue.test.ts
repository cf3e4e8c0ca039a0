import { type Deadline, DeadlineQueue } from '@gulo/core'
import { expect } from 'chai'
import { ManualClock } from '../support/manual-clock.js'

describe('A queue of deadlines', () => {
  let clock: ManualClock
  let late: (readonly string[])[]
  let queue: DeadlineQueue<string>
  beforeEach(() => {
    clock = new ManualClock()
    late = []
    queue = new DeadlineQueue(clock, 100, (due) => late.push(due))
  })

  it('gives each thing its whole time, and those of the same moment together', async () => {
    queue.add('a')
    queue.add('b')
    await clock.pass(60)
    queue.add('c')
    await clock.pass(40)
    expect(late).to.deep.equal([['a', 'b']])
    await clock.pass(59)
    expect(late).to.have.length(1)
    await clock.pass(1)
    expect(late).to.deep.equal([['a', 'b'], ['c']])
  })

  it('says nothing of what was taken out', async () => {
    const [first, , third, , fifth] = ['a', 'b', 'c', 'd', 'e'].map((each) => queue.add(each)) as [
      Deadline<string>,
      ...Deadline<string>[],
    ]
    for (const each of [third, first, fifth, first]) queue.delete(each as Deadline<string>)
    expect([queue.size, queue.entries()]).to.deep.equal([2, ['b', 'd']])
    queue.add('f')
    await clock.pass(100)
    expect(late).to.deep.equal([['b', 'd', 'f']])
  })

  it('takes nothing out for what has come due', async () => {
    const first = queue.add('a')
    await clock.pass(100)
    queue.add('b')
    queue.delete(first)
    expect([queue.size, queue.entries()]).to.deep.equal([1, ['b']])
  })

  it('begins anew after it was empty', async () => {
    queue.delete(queue.add('a'))
    await clock.pass(99)
    queue.add('b')
    await clock.pass(99)
    expect(late).to.deep.equal([])
    await clock.pass(1)
    expect(late).to.deep.equal([['b']])
  })

  it('has one timer for all, and none once it is closed', () => {
    queue.add('a')
    queue.add('b')
    expect(clock.timers).to.equal(1)
    queue.close()
    expect(clock.timers).to.equal(0)
  })
})
