export { type CronOptions, cron } from './cron.js'
export { CRON_ERRORS } from './faults.js'
