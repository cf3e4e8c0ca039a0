import type { Occurrences } from '@gulo/core'
import { Cron } from 'croner'
import { fault } from './faults.js'
import { type NextOnClock, nextAtCertainHours, nextInEveryHour } from './wall-clock.js'
import { zoneOf } from './zone.js'

export interface CronOptions {
  /** A name of the IANA database, such as `Europe/Berlin`. @default 'UTC' */
  readonly timeZone?: string
}

/**
 * Recurs as a cron expression says: minute, hour, day of the month, month, day of the week, with seconds before them where
 * there are six fields. `0 2 * * *` is two o'clock every night on the clocks of the time zone.
 * @throws CRON_EXPRESSION_INVALID, CRON_TIME_ZONE_UNKNOWN
 */
export function cron(expression: string, { timeZone = 'UTC' }: CronOptions = {}): Occurrences {
  const text = String(expression).trim().replace(/\s+/g, ' ')
  const zone = zoneOf(timeZone)
  const next = onClock(text)
  const find = fitsEveryHour(text) ? nextInEveryHour : nextAtCertainHours
  return { next: (afterMs) => find(next, zone, Math.floor(afterMs)), words: `cron ${text} in ${timeZone}` }
}

/** The expression on a clock that is never changed, which is that of UTC. */
function onClock(text: string): NextOnClock {
  const fields = text.split(' ').length
  const invalid = (reason: string, cause?: unknown) =>
    fault('CRON_EXPRESSION_INVALID', { expression: text, reason }, cause)
  if (!text.startsWith('@') && fields !== 5 && fields !== 6) throw invalid(`it has ${fields} fields`)
  try {
    const pattern = new Cron(text, { paused: true, utcOffset: 0 })
    return (ms) => pattern.nextRun(new Date(ms))?.getTime()
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^CronPattern: /, '').replace(/\.$/, '') : String(error)
    throw invalid(reason, error)
  }
}

function fitsEveryHour(text: string): boolean {
  if (text.startsWith('@')) return text.toLowerCase() === '@hourly'
  return ['*', '*/1', '0-23'].includes(text.split(' ').at(-4) ?? '')
}
