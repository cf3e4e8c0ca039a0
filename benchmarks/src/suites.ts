import { dispatch } from './dispatch/suite.js'
import type { Suite } from './suite.js'

/** Everything that can be measured. */
export const suites: readonly Suite[] = [dispatch]
