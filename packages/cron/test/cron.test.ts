import { cron } from '@gulo/cron'
import { expect } from 'chai'
import fc from 'fast-check'

/** So many occurrences after a time, as text. */
function after(expression: string, timeZone: string | undefined, from: string, count: number): string[] {
  const occurrences = cron(expression, timeZone === undefined ? {} : { timeZone })
  const found: string[] = []
  for (let ms: number | undefined = Date.parse(from); found.length < count; ) {
    ms = occurrences.next(ms)
    if (ms === undefined) break
    found.push(new Date(ms).toISOString().slice(0, 16))
  }
  return found
}

describe('a cron expression', () => {
  it('says when something recurs, after a time and never at it', () => {
    expect(after('0 2 * * *', undefined, '2026-01-01T02:00:00Z', 2)).to.deep.equal([
      '2026-01-02T02:00',
      '2026-01-03T02:00',
    ])
    expect(after('0 2 * * *', undefined, '2026-01-01T01:59:59.999Z', 1)).to.deep.equal(['2026-01-01T02:00'])
    expect(cron('*/10 * * * * *').next(Date.parse('2026-01-01T00:00:10.500Z'))).to.equal(
      Date.parse('2026-01-01T00:00:20Z'),
    )
    expect(after('@hourly', undefined, '2026-01-01T02:30:00Z', 1)).to.deep.equal(['2026-01-01T03:00'])
    expect(after('0 0 29 2 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', 2)).to.deep.equal([
      '2028-02-28T23:00',
      '2032-02-28T23:00',
    ])
  })

  it('may never come true', () => {
    expect(cron('0 0 31 2 *').next(0)).to.equal(undefined)
  })

  it('says itself in words, the same however it is written', () => {
    expect(cron(' 0  2 * * *', { timeZone: 'Europe/Berlin' }).words).to.equal('cron 0 2 * * * in Europe/Berlin')
    expect(cron('0 2 * * *').words).to.equal('cron 0 2 * * * in UTC')
  })

  it('goes by the clocks of its time zone', () => {
    expect(after('0 2 * * *', 'Europe/Berlin', '2026-01-10T00:00:00Z', 1)).to.deep.equal(['2026-01-10T01:00'])
    expect(after('0 2 * * *', 'Europe/Berlin', '2026-07-10T00:30:00Z', 1)).to.deep.equal(['2026-07-11T00:00'])
    expect(after('0 9 * * MON', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).to.deep.equal(['2026-01-05T03:30'])
    expect(after('30 23 31 12 *', 'America/New_York', '2026-06-01T00:00:00Z', 1)).to.deep.equal(['2027-01-01T04:30'])
  })

  for (const [expression, options, code] of [
    ['99 * * * *', {}, 'CRON_EXPRESSION_INVALID'],
    ['* * * *', {}, 'CRON_EXPRESSION_INVALID'],
    ['', {}, 'CRON_EXPRESSION_INVALID'],
    ['0 0 0 1 1 * 2030', {}, 'CRON_EXPRESSION_INVALID'],
    ['2026-01-01T00:00:00', {}, 'CRON_EXPRESSION_INVALID'],
    [undefined as never, {}, 'CRON_EXPRESSION_INVALID'],
    ['@never', {}, 'CRON_EXPRESSION_INVALID'],
    ['0 2 * * *', { timeZone: 'Mars/Olympus' }, 'CRON_TIME_ZONE_UNKNOWN'],
    ['0 2 * * *', { timeZone: 5 as never }, 'CRON_TIME_ZONE_UNKNOWN'],
  ] as const) {
    it(`is refused when it is "${expression}" with ${JSON.stringify(options)}`, () => {
      expect(() => cron(expression, options))
        .to.throw()
        .with.property('code', code)
    })
  }
})

describe('a cron expression when clocks are put forward', () => {
  // Berlin, 29 March 2026: from two to three o'clock at 01:00 UTC.
  it('comes as much later where its time is left out, once', () => {
    expect(after('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).to.deep.equal([
      '2026-03-28T01:30',
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ])
    expect(after('0 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).to.deep.equal([
      '2026-03-29T01:00',
      '2026-03-30T00:00',
    ])
  })

  it('comes in order with others of that hour', () => {
    const from = '2026-03-28T12:00:00Z'
    expect(after('15,30 2,3 * * *', 'Europe/Berlin', from, 4)).to.deep.equal([
      '2026-03-29T01:15',
      '2026-03-29T01:30',
      '2026-03-30T00:15',
      '2026-03-30T00:30',
    ])
    expect(after('30 2 * * *', 'Europe/Berlin', '2026-03-29T01:15:00Z', 1)).to.deep.equal(['2026-03-29T01:30'])
  })

  it('comes each hour that there is', () => {
    expect(after('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30:00Z', 4)).to.deep.equal([
      '2026-03-29T00:00',
      '2026-03-29T01:00',
      '2026-03-29T02:00',
      '2026-03-29T03:00',
    ])
  })

  it('comes at midnight where there is none', () => {
    // Beirut, 29 March 2026: from midnight to one o'clock.
    expect(after('0 0 * * *', 'Asia/Beirut', '2026-03-28T12:00:00Z', 2)).to.deep.equal([
      '2026-03-28T22:00',
      '2026-03-29T21:00',
    ])
  })
})

describe('a cron expression when clocks are put back', () => {
  // Berlin, 25 October 2026: from three to two o'clock at 01:00 UTC.
  it('comes once where its time comes twice, the first time', () => {
    expect(after('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).to.deep.equal([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ])
    expect(after('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:15:00Z', 1)).to.deep.equal(['2026-10-26T01:30'])
  })

  it('comes each hour, also in the one that comes twice', () => {
    expect(after('0 * * * *', 'Europe/Berlin', '2026-10-24T22:30:00Z', 5)).to.deep.equal([
      '2026-10-24T23:00',
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
      '2026-10-25T03:00',
    ])
    expect(after('45 * * * *', 'America/New_York', '2026-11-01T04:00:00Z', 4)).to.deep.equal([
      '2026-11-01T04:45',
      '2026-11-01T05:45',
      '2026-11-01T06:45',
      '2026-11-01T07:45',
    ])
  })

  it('comes in each half-hour where the clocks are put back by half an hour', () => {
    // Lord Howe, 5 April 2026: from two o'clock to half past one at 15:00 UTC.
    expect(after('*/30 * * * *', 'Australia/Lord_Howe', '2026-04-04T14:00:00Z', 4)).to.deep.equal([
      '2026-04-04T14:30',
      '2026-04-04T15:00',
      '2026-04-04T15:30',
      '2026-04-04T16:00',
    ])
  })
})

describe('a cron expression in any time zone at any time', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
    'America/Santiago',
    'Asia/Beirut',
    'Antarctica/Troll',
  )
  const times = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2027, 0, 1) })
  // Near a change, where the mistakes are.
  const near = fc
    .tuple(fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-04-04T15:00Z', '2026-11-01T06:00Z'), times)
    .map(([at, time]) => Date.parse(at) + (time % 14_400_000) - 7_200_000)

  it('of every hour comes at exactly the minutes that the clocks show', () => {
    fc.assert(
      fc.property(zones, fc.oneof(times, near), fc.integer({ min: 0, max: 59 }), (timeZone, ms, minute) => {
        const found = cron(`${minute} * * * *`, { timeZone }).next(ms)
        let expected = Math.floor(ms / 60_000) * 60_000 + 60_000
        while (shown(expected, timeZone).minute !== minute) expected += 60_000
        expect(found).to.equal(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('of a certain time comes at that time or where it is left out, and never twice for a day', () => {
    fc.assert(
      fc.property(zones, fc.oneof(times, near), fc.nat(23), fc.nat(59), (timeZone, ms, hour, minute) => {
        const occurrences = cron(`${minute} ${hour} * * *`, { timeZone })
        const first = occurrences.next(ms) as number
        const second = occurrences.next(first) as number
        expect(first).to.be.above(ms)
        expect(first - ms).to.be.at.most(27 * 3_600_000)
        expect(second - first).to.be.within(21 * 3_600_000, 27 * 3_600_000)
        // The same from wherever one looks between.
        expect(occurrences.next(Math.floor((first + second) / 2))).to.equal(second)
        const { hour: showing, minute: minutes } = shown(second, timeZone)
        const difference = (showing * 60 + minutes - hour * 60 - minute + 1440) % 1440
        expect(difference).to.be.oneOf([0, 30, 60, 120])
      }),
      { numRuns: 300 },
    )
  })
})

const formats = new Map<string, Intl.DateTimeFormat>()

function shown(ms: number, timeZone: string): { readonly hour: number; readonly minute: number } {
  const options = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', options)
  formats.set(timeZone, format)
  const [hour = '', minute = ''] = format.format(ms).split(':')
  return { hour: Number(hour), minute: Number(minute) }
}
