import type { Logger } from '@gulo/core'

/** Standard output belongs to the report; what goes wrong is still told. */
export const quiet: Logger = { info: () => undefined, warn: console.error, error: console.error }
