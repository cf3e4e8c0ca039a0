import { fault } from './faults.js'

/** How far the clocks of a time zone are ahead of UTC. */
export interface Zone {
  /** In milliseconds, at `ms` since 1970. */
  offsetAt(ms: number): number
}

const OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/

/** @throws CRON_TIME_ZONE_UNKNOWN */
export function zoneOf(timeZone: string): Zone {
  const format = formatOf(timeZone)
  return {
    offsetAt(ms) {
      const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(format.format(ms)) ?? []
      const offsetMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
      return sign === '-' ? -offsetMs : offsetMs
    },
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (error) {
    throw fault('CRON_TIME_ZONE_UNKNOWN', { timeZone: String(timeZone) }, error)
  }
}

/** The first moment after `afterMs` up to `untilMs` at which the offset is another one; `undefined` when it never is. */
export function changeWithin(zone: Zone, afterMs: number, untilMs: number): number | undefined {
  const before = zone.offsetAt(afterMs)
  let [same, other] = [afterMs, untilMs]
  if (zone.offsetAt(other) === before) return undefined
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2)
    if (zone.offsetAt(middle) === before) same = middle
    else other = middle
  }
  return other
}
