import { BROKER_METHOD } from '../brokers/method.js'
import type { Suite } from '../suite.js'
import { shape } from './shapes.js'

const COUNTS = [1, 2, 4]
const groups = (['kafka', 'rabbitmq'] as const).flatMap((broker) => COUNTS.map((count) => shape(broker, count, count)))

/** From a command to the far handler: outbox, relay, broker, inbox, every part in processes of its own. */
export const endToEnd: Suite = {
  name: 'end-to-end',
  service: ['postgres', 'kafka', 'rabbitmq'],
  method: { ...BROKER_METHOD, quick: { rounds: 1, warmUpRounds: 0, batchMs: 0 } },
  groups,
  cases: groups.map(({ name }) => ({ case: name, kind: 'report', group: name, variant: 'flow' })),
}
