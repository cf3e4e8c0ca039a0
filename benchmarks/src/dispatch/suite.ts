import type { Suite } from '../suite.js'
import { sendWithEvent } from './events.js'
import { hooks, wrappers } from './middleware.js'
import { pipeline } from './pipeline.js'
import { publish } from './publish.js'
import { send, sendMany } from './send.js'
import { telemetry } from './telemetry.js'
import { validate } from './validate.js'

/** What a message costs inside one process. */
export const dispatch: Suite = {
  name: 'dispatch',
  method: {
    by: 'best',
    processes: 3,
    attempts: 8,
    effort: { rounds: 60, warmUpRounds: 20, batchMs: 10 },
    quick: { rounds: 20, warmUpRounds: 12, batchMs: 5 },
  },
  groups: [send, sendMany, sendWithEvent, wrappers, hooks, publish, validate, pipeline, telemetry],
  cases: [
    { case: 'send', kind: 'ratio', group: send.name, variant: 'send', goal: 1.25 },
    { case: 'send, 24 types', kind: 'ratio', group: sendMany.name, variant: 'send', goal: 1.6 },
    { case: 'send, 1 domain event', kind: 'ratio', group: sendWithEvent.name, variant: 'send', goal: 3.2 },
    { case: 'send, 1 domain event: heap', kind: 'bytes', group: sendWithEvent.name, variant: 'send', goal: 1024 },
    { case: 'send, 3 wrappers', kind: 'ratio', group: wrappers.name, variant: 'send', goal: 6 },
    { case: 'send, 3 hooks', kind: 'ratio', group: hooks.name, variant: 'before', goal: 3 },
    { case: 'send, 3 hooks after', kind: 'ratio', group: hooks.name, variant: 'after', goal: 3 },
    { case: 'publish, 1 type', kind: 'ratio', group: publish.name, variant: 'of 1', goal: 3 },
    { case: 'publish, 200 types', kind: 'ratio', group: publish.name, variant: 'of 200', goal: 3 },
    {
      case: 'publish, 200 types over 1',
      kind: 'ratio',
      group: publish.name,
      variant: 'of 200',
      base: 'of 1',
      goal: 1.1,
    },
    { case: 'validate, types only', kind: 'us', group: validate.name, variant: 'types', goal: 0.5 },
    {
      case: 'validate, formats, over validateSync',
      kind: 'ratio',
      group: validate.name,
      variant: 'formats',
      base: 'validateSync',
      goal: 0.4,
    },
    { case: 'command to bytes', kind: 'us', group: pipeline.name, variant: 'to bytes', goal: 4 },
    { case: 'command to bytes: heap', kind: 'bytes', group: pipeline.name, variant: 'to bytes', goal: 3584 },
    { case: 'telemetry off', kind: 'ratio', group: telemetry.name, variant: 'off', base: 'without', goal: 1.05 },
    { case: 'import @gulo/core', kind: 'import', module: '@gulo/core', goal: 30 },
  ],
}
