import { dispatch } from './dispatch/suite.js'
import { endToEnd } from './end-to-end/suite.js'
import { kafka } from './kafka/suite.js'
import { postgres } from './postgres/suite.js'
import { rabbitmq } from './rabbitmq/suite.js'
import type { Suite } from './suite.js'

/** Everything that can be measured. */
export const suites: readonly Suite[] = [dispatch, kafka, rabbitmq, postgres, endToEnd]
