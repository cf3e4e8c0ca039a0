import { BROKER_METHOD } from '../brokers/method.js'
import type { Suite } from '../suite.js'
import { idle } from './idle.js'
import { latency } from './latency.js'
import { backlog, relaying } from './relay.js'
import { CPU_CASES } from './scene.js'
import { write } from './write.js'

const [INSERT_CPU, RELAY_CPU] = CPU_CASES

/** What PostgreSQL costs through Gulo: CPU time is that of this process and of the server behind its connections. */
export const postgres: Suite = {
  name: 'postgres',
  service: 'postgres',
  method: BROKER_METHOD,
  groups: [write, relaying, idle, latency, backlog],
  cases: [
    { case: INSERT_CPU, kind: 'cpu-ratio', group: write.name, variant: 'outbox', goal: 1.35 },
    { case: RELAY_CPU, kind: 'cpu-us', group: relaying.name, variant: 'relay', goal: 30 },
    { case: 'relay without a broker', kind: 'per-second', group: relaying.name, variant: 'relay', goal: 40_000 },
    {
      case: 'empty poll beside 100k dead rows',
      kind: 'figure',
      group: idle.name,
      variant: 'claim',
      figure: 'p50',
      unit: 'ms',
      goal: 2,
    },
    {
      case: 'commit to publisher at 500 tx/s, p50',
      kind: 'figure',
      group: latency.name,
      variant: 'open loop',
      figure: 'p50',
      unit: 'ms',
      goal: 2,
    },
    {
      case: 'commit to publisher at 500 tx/s, p99',
      kind: 'figure',
      group: latency.name,
      variant: 'open loop',
      figure: 'p99',
      unit: 'ms',
      goal: 10,
    },
    { case: 'backlog after an outage', kind: 'rate', group: backlog.name, variant: 'backlog', goal: 0.8 },
    {
      case: 'backlog after an outage, memory',
      kind: 'figure',
      group: backlog.name,
      variant: 'backlog',
      figure: 'growth',
      unit: 'MB',
      goal: 64,
    },
  ],
}
