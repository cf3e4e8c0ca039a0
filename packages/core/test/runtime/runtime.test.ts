import {
  type Clock,
  createRuntime,
  type Random,
  sayMs,
  seededRandom,
  sleep,
  systemClock,
  toMs,
  withDeadline,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function clockAt(times: () => number): Clock {
  return { now: times, monotonic: times, after: () => ({ cancel: () => undefined }) }
}

describe('ids', () => {
  it('are UUIDs of version 7 that carry the time', () => {
    const { newId } = createRuntime({ clock: clockAt(() => 0x0190_a0a0_1234) })
    const id = newId()
    expect(id).to.match(UUID_V7)
    expect(id.slice(0, 13)).to.equal('0190a0a0-1234')
  })

  it('never repeat and always grow, within a millisecond, across it, and when the clock goes back', () => {
    let now = 1_000_000
    let calls = 0
    const { newId } = createRuntime({
      clock: clockAt(() => {
        calls++
        if (calls % 5000 === 0) now += 1
        if (calls === 60_000) now -= 500
        return now
      }),
    })
    let last = ''
    for (let count = 0; count < 100_000; count++) {
      const id = newId()
      if (!(id > last) || !UUID_V7.test(id)) expect.fail(`${id} does not follow ${last}`)
      last = id
    }
  })

  it('are the same for the same seed and clock', () => {
    const make = () => createRuntime({ clock: clockAt(() => 5), random: seededRandom(7) })
    const [one, two] = [make(), make()]
    for (let count = 0; count < 2000; count++) expect(one.newId()).to.equal(two.newId())
  })

  it('use new random bytes for each', () => {
    const zero: Random = { next: () => 0, fill: (bytes) => void bytes.fill(0) }
    const { newId } = createRuntime({ clock: clockAt(() => 5), random: zero })
    expect(newId()).to.equal('00000000-0005-7000-8000-000000000000')
    expect(newId()).to.equal('00000000-0005-7001-8000-000000000000')
  })
})

describe('time stamps', () => {
  it('follow the clock', () => {
    let now = 0
    const { timestamp } = createRuntime({ clock: clockAt(() => now) })
    expect(timestamp()).to.equal('1970-01-01T00:00:00.000Z')
    expect(timestamp()).to.equal('1970-01-01T00:00:00.000Z')
    now = 1
    expect(timestamp()).to.equal('1970-01-01T00:00:00.001Z')
  })
})

describe('chance by seed', () => {
  it('is in [0, 1) and evenly spread', () => {
    const random = seededRandom(42)
    const buckets = Array.from({ length: 10 }, () => 0)
    for (let count = 0; count < 10_000; count++) {
      const value = random.next()
      expect(value >= 0 && value < 1).to.equal(true)
      buckets[Math.floor(value * 10)] = (buckets[Math.floor(value * 10)] ?? 0) + 1
    }
    for (const bucket of buckets) expect(bucket).to.be.within(850, 1150)
  })
})

describe('lengths of time', () => {
  it('are numbers of milliseconds or text with a unit', () => {
    expect([5, '5ms', '2s', '1.5m', '2h', '7d'].map((each) => toMs(each as never))).to.deep.equal([
      5, 5, 2000, 90_000, 7_200_000, 604_800_000,
    ])
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, 'soon', '5', '5 parsecs', '', '-5s']) {
      expect(toMs(wrong as never), String(wrong)).to.equal(undefined)
    }
  })

  it('are said the way a person would', () => {
    expect([0, 250, 1000, 1500, 60_000, 5_400_000, 86_400_000].map(sayMs)).to.deep.equal([
      '0 ms',
      '250 ms',
      '1 s',
      '1.5 s',
      '1 m',
      '1.5 h',
      '1 d',
    ])
  })
})

describe('sleeping', () => {
  it('ends at once when the signal is or becomes aborted', async () => {
    const abort = new AbortController()
    const long = sleep(systemClock, 1_000_000, abort.signal)
    abort.abort()
    await long
    await sleep(systemClock, 1_000_000, abort.signal)
  })

  it('ends after its time', async () => {
    await sleep(systemClock, 1)
  })
})

describe('a deadline', () => {
  it('lets work through that ends in time, good or bad', async () => {
    const late = () => new Error('late')
    expect(await withDeadline(systemClock, 1000, Promise.resolve(7), late)).to.equal(7)
    expect(String(await failure(withDeadline(systemClock, 1000, Promise.reject(new Error('bad')), late)))).to.equal(
      'Error: bad',
    )
  })

  it('rejects when work does not end in time', async () => {
    expect(
      String(await failure(withDeadline(systemClock, 1, new Promise(() => undefined), () => new Error('late')))),
    ).to.equal('Error: late')
  })
})
