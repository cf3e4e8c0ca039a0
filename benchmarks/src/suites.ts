import { dispatch } from './dispatch/suite.js'
import { kafka } from './kafka/suite.js'
import { postgres } from './postgres/suite.js'
import { rabbitmq } from './rabbitmq/suite.js'
import type { Suite } from './suite.js'

/** Everything that can be measured. `end-to-end`, from a command to the far handler, has its place here. */
export const suites: readonly Suite[] = [dispatch, kafka, rabbitmq, postgres]
