import { expect } from 'chai'
import { Gate } from '../../dist/consuming/gate.js'
import { ManualClock } from '../support/manual-clock.js'

const scene = () => {
  const clock = new ManualClock()
  const gate = new Gate(clock)
  const stopping = new AbortController()
  const passed: string[] = []
  const pass = (name: string) => gate.pass(stopping.signal).then(() => void passed.push(name))
  return { clock, gate, stopping, passed, pass }
}

describe('a gate', () => {
  it('is open until it is closed', async () => {
    const { clock, gate, passed, pass } = scene()
    expect(gate.open).to.equal(true)
    await pass('a')
    expect(passed).to.deep.equal(['a'])
    expect(clock.timers).to.equal(0)
  })

  it('lets nobody pass before its time is over, and then everybody', async () => {
    const { clock, gate, passed, pass } = scene()
    gate.close(100)
    void pass('a')
    void pass('b')
    await clock.pass(99)
    expect(gate.open).to.equal(false)
    expect(passed).to.deep.equal([])
    await clock.pass(1)
    expect(gate.open).to.equal(true)
    expect(passed).to.deep.equal(['a', 'b'])
  })

  it('stays closed for the longest of several closings', async () => {
    const { clock, gate, passed, pass } = scene()
    gate.close(100)
    void pass('a')
    gate.close(300)
    gate.close(10)
    await clock.pass(299)
    expect(passed).to.deep.equal([])
    await clock.pass(1)
    expect(passed).to.deep.equal(['a'])
  })

  it('lets those through who have to stop, at once', async () => {
    const { clock, gate, stopping, passed, pass } = scene()
    gate.close(100)
    void pass('a')
    stopping.abort()
    await clock.pass(0)
    await pass('b')
    expect(passed).to.deep.equal(['a', 'b'])
    expect(clock.timers).to.equal(0)
  })
})

describe('a gate that is held', () => {
  it('lets nobody pass until it is released, and then everybody in turn', async () => {
    const { clock, gate, passed, pass } = scene()
    gate.hold()
    void pass('a')
    void pass('b')
    await clock.pass(1_000_000)
    expect(gate.open).to.equal(false)
    expect(passed).to.deep.equal([])
    gate.release()
    await clock.pass(0)
    expect(gate.open).to.equal(true)
    expect(passed).to.deep.equal(['a', 'b'])
  })

  it('stays closed after its release for as long as it was closed beside', async () => {
    const { clock, gate, passed, pass } = scene()
    gate.hold()
    gate.close(100)
    void pass('a')
    gate.release()
    await clock.pass(99)
    expect(passed).to.deep.equal([])
    await clock.pass(1)
    expect(passed).to.deep.equal(['a'])
  })

  it('lets those through who have to stop, at once', async () => {
    const { clock, gate, stopping, passed, pass } = scene()
    gate.hold()
    void pass('a')
    stopping.abort()
    await clock.pass(0)
    expect(passed).to.deep.equal(['a'])
  })
})
