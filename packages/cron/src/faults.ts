import { type ErrorEntry, errorFactory } from '@gulo/core'

/** Every error of this package; a code is never given a new meaning. */
export const CRON_ERRORS = {
  CRON_EXPRESSION_INVALID: {
    message: 'The cron expression "{expression}" is invalid: {reason}.',
    mend: 'Use five fields (minute, hour, day of the month, month, day of the week), or six with seconds first.',
  },
  CRON_TIME_ZONE_UNKNOWN: {
    message: 'The time zone "{timeZone}" is unknown.',
    mend: 'Use a name of the IANA database, such as "Europe/Berlin", or "UTC".',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** Makes an error of this package. */
export const fault = errorFactory(CRON_ERRORS)
