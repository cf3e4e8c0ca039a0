import { expect } from 'chai'
import { interleave, type Meter, nextSize, rotated } from '../dist/interleave.js'
import { compare, furthestFromOne, median } from '../dist/statistics.js'
import type { Stopwatch, Variant } from '../dist/suite.js'

const NO_WATCH: Stopwatch = { start: () => undefined, stop: () => undefined }

/** A machine on which an operation takes exactly as long as its variant says, plus noise that lasts whole rounds. */
class FakeMachine implements Meter {
  readonly log: string[] = []
  slowness = 1
  private wall = 0
  private busy = 0

  now(): number {
    return this.wall
  }

  cpu(): number {
    return this.busy
  }

  variant(name: string, wallNs: number, cpuNs: number): Variant {
    const run = async (times: number) => {
      this.log.push(name)
      this.wall += times * wallNs * this.slowness
      this.busy += times * cpuNs * this.slowness
    }
    return { name, run }
  }
}

describe('interleaving variants on a machine of known speed', () => {
  it('finds the wall and CPU time of one operation in every round', async () => {
    const machine = new FakeMachine()
    const found = await interleave([machine.variant('one', 100, 80), machine.variant('two', 250, 120)], {
      meter: machine,
      rounds: 4,
    })
    expect(found.get('one')).to.deep.equal({ wall: [100, 100, 100, 100], cpu: [80, 80, 80, 80] })
    expect(compare(found.get('two') as never, found.get('one') as never)).to.deep.equal({ ratio: 2.5, cpu: 1.5 })
  })

  it('runs each variant once in every round, starting with another one each time', async () => {
    const machine = new FakeMachine()
    const variants = ['a', 'b', 'c'].map((name) => machine.variant(name, 100, 100))
    await interleave(variants, { meter: machine, rounds: 6, warmUpRounds: 0 })
    const rounds = [0, 3, 6, 9, 12, 15].map((start) => machine.log.slice(start, start + 3))
    for (const round of rounds) expect(round.toSorted()).to.deep.equal(['a', 'b', 'c'])
    expect(new Set(rounds.map(([first]) => first))).to.deep.equal(new Set(['a', 'b', 'c']))
  })

  it('settles on batches that take as long as asked for, however fast the variant', async () => {
    const machine = new FakeMachine()
    const sizes: Record<string, number> = {}
    const variants = [
      ['fast', 40],
      ['slow', 25_000],
    ].map(([name, ns]) => {
      const variant = machine.variant(name as string, ns as number, ns as number)
      const run = (times: number) => {
        sizes[variant.name] = times
        return variant.run(times, NO_WATCH)
      }
      return { ...variant, run }
    })
    await interleave(variants, { meter: machine, rounds: 1, batchMs: 10 })
    expect(sizes).to.deep.equal({ fast: 250_000, slow: 400 })
  })

  it('does a variant as often as it says, whatever time that takes', async () => {
    const machine = new FakeMachine()
    const sizes = new Set<number>()
    const run = (times: number) => {
      sizes.add(times)
      return machine.variant('fixed', 1, 1).run(times, NO_WATCH)
    }
    await interleave([{ name: 'fixed', times: 700, run }], { meter: machine, rounds: 3 })
    expect([...sizes]).to.deep.equal([700])
  })

  it('begins no round after its longest time, once there are five', async () => {
    const rounds = async (longestMs: number) => {
      const machine = new FakeMachine()
      const variant = { ...machine.variant('one', 1e6, 1e6), times: 10 }
      const found = await interleave([variant], { meter: machine, rounds: 30, longestMs })
      return found.get('one')?.wall.length
    }
    expect([await rounds(75), await rounds(20), await rounds(1e6)]).to.deep.equal([8, 5, 30])
  })

  it('leaves out what comes before a run starts its stopwatch and after it has stopped it', async () => {
    const machine = new FakeMachine()
    const work = machine.variant('work', 100, 80)
    const run = async (times: number, watch: Stopwatch) => {
      await work.run(50, watch)
      watch.start()
      await work.run(times, watch)
      watch.stop()
      await work.run(70, watch)
    }
    const found = await interleave([{ name: 'read', times: 10, run }], { meter: machine, rounds: 2 })
    expect(found.get('read')).to.deep.equal({ wall: [100, 100], cpu: [80, 80] })
  })

  it('says the same when most rounds meet a busy machine', async () => {
    const machine = new FakeMachine()
    const one = machine.variant('one', 100, 100)
    const variants = [one, machine.variant('two', 300, 300)]
    let count = 0
    const run = (times: number) => {
      machine.slowness = count++ % 3 === 0 ? 1 : 5
      return one.run(times, NO_WATCH)
    }
    const noisy = { ...one, run }
    const found = await interleave([noisy, variants[1] as Variant], { meter: machine, rounds: 12, warmUpRounds: 0 })
    expect(compare(found.get('two') as never, found.get('one') as never).ratio).to.be.closeTo(3, 1e-9)
  })
})

describe('the arithmetic of a measurement', () => {
  it('takes the middle of an odd number of values and the mean of the two in the middle of an even one', () => {
    expect(median([9, 1, 5])).to.equal(5)
    expect(median([9, 1, 5, 6])).to.equal(5.5)
  })

  it('compares rounds with the same rounds, so that a slow round cancels out', () => {
    const base = { wall: [10, 100, 20], cpu: [10, 100, 20] }
    const twice = { wall: [21, 200, 40], cpu: [20, 200, 40] }
    expect(compare(twice, base)).to.deep.equal({ ratio: 2.1, cpu: 2 })
  })

  it('takes the round in the middle where the best one would be chance', () => {
    const base = { wall: [10, 100, 20], cpu: [10, 100, 20] }
    const lucky = { wall: [20, 1, 60], cpu: [20, 200, 20] }
    expect(compare(lucky, base, 'median')).to.deep.equal({ ratio: 2, cpu: 2 })
  })

  it('answers the control furthest from 1, on either side', () => {
    expect(furthestFromOne([1.01, 0.96, 1.02])).to.equal(0.96)
    expect(furthestFromOne([])).to.equal(1)
  })

  it('grows a batch no more than eightfold, because the first one runs uncompiled code', () => {
    expect(nextSize(100, 1, 10)).to.equal(800)
    expect(nextSize(100, 1e12, 10)).to.equal(13)
    expect(nextSize(1, 1e12, 10)).to.equal(1)
  })

  it('turns the order round', () => {
    expect([0, 1, 2].map((round) => rotated(['a', 'b', 'c'], round).join(''))).to.deep.equal(['abc', 'acb', 'cab'])
  })
})
