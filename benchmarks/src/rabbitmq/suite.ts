import { BROKER_METHOD } from '../brokers/method.js'
import type { Suite } from '../suite.js'
import { consumeClassic, consumeQuorum } from './consume.js'
import { publishClassic, publishQuorum } from './publish.js'

const decoded = { variant: 'Consumer', base: 'raw, decoded' }

/** What RabbitMQ costs through Gulo, beside its client used directly. */
export const rabbitmq: Suite = {
  name: 'rabbitmq',
  service: 'rabbitmq',
  method: BROKER_METHOD,
  groups: [publishQuorum, publishClassic, consumeQuorum, consumeClassic],
  cases: [
    { case: 'publish, 100 at once, quorum', kind: 'rate', group: publishQuorum.name, variant: 'publish', goal: 0.95 },
    { case: 'publish, 100 at once, classic', kind: 'rate', group: publishClassic.name, variant: 'publish', goal: 0.95 },
    { case: 'subscribe, no-op, quorum', kind: 'rate', group: consumeQuorum.name, variant: 'subscribe', goal: 0.9 },
    { case: 'subscribe, no-op, classic', kind: 'rate', group: consumeClassic.name, variant: 'subscribe', goal: 0.9 },
    { case: 'Consumer, no-op handler, quorum', kind: 'rate', group: consumeQuorum.name, ...decoded, goal: 0.9 },
    { case: 'Consumer, no-op handler, classic', kind: 'rate', group: consumeClassic.name, ...decoded, goal: 0.9 },
  ],
}
