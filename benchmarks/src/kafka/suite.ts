import { BROKER_METHOD } from '../brokers/method.js'
import type { Suite } from '../suite.js'
import { consume } from './consume.js'
import { lanes } from './lanes.js'
import { batches, forwards, singles } from './publish.js'

/** What Kafka costs through Gulo, beside its clients used directly. */
export const kafka: Suite = {
  name: 'kafka',
  service: 'kafka',
  method: BROKER_METHOD,
  groups: [singles, forwards, batches, consume, lanes],
  cases: [
    { case: 'publish, 100 at once', kind: 'rate', group: singles.name, variant: 'publish', goal: 6 },
    {
      case: 'publish, 100 at once, over librdkafka',
      kind: 'rate',
      group: singles.name,
      variant: 'publish',
      base: 'librdkafka',
      goal: 0.7,
    },
    { case: 'forward, 100 at once, 1 header', kind: 'rate', group: forwards.name, variant: 'forward', goal: 6 },
    { case: 'publish, batches of 100', kind: 'rate', group: batches.name, variant: 'publish', goal: 0.9 },
    { case: 'subscribe, no-op', kind: 'rate', group: consume.name, variant: 'subscribe', goal: 0.8 },
    {
      case: 'Consumer, no-op handler',
      kind: 'rate',
      group: consume.name,
      variant: 'Consumer',
      base: 'raw, decoded',
      goal: 0.8,
    },
    {
      case: 'Consumer, 5 ms handlers, 64 keys, over serial',
      kind: 'rate',
      group: lanes.name,
      variant: 'Consumer',
      base: 'serial',
      goal: 20,
    },
  ],
}
