import { kafka } from '@gulo/kafka'
import { KafkaStage } from '../kafka/stage.js'
import type { StoredCopy } from '../ledger/books.js'
import type { Ledger } from '../ledger/ledger.js'
import type { Plan, Rig } from '../rig.js'
import { toEnvelope } from '../workers/producing.js'
import { account, whileBroken } from './account.js'
import { coalesced, concurrentSends } from './raw-publishers.js'

/**
 * kafkajs as it is beside Gulo, on the same brokers under the same faults: on one broker what lost answers do to
 * concurrent sends, on three what a broker's orderly restart does to a coalesced batch.
 */
export const kafkaRawRig: Rig = {
  name: 'kafka-raw',
  guards: [],
  brokers: [1, 3],
  async run(plan) {
    const stage = await KafkaStage.start(plan)
    try {
      return await compare(plan, stage)
    } finally {
      await stage.close()
    }
  },
}

async function compare(plan: Plan, stage: KafkaStage): Promise<Ledger> {
  const startedAt = performance.now()
  const raw = await (plan.brokers === 1 ? concurrentSends(stage.address) : coalesced(stage.address))
  plan.say(raw.case)
  const rawAcknowledged = await whileBroken(stage, plan, 'raw', raw.publish)
  await raw.close().catch(() => undefined)
  const transport = kafka({ brokers: stage.address.split(','), requestTimeoutMs: 3000, publishDeadlineMs: 300_000 })
  await transport.start()
  plan.say('Gulo')
  const acknowledged = await whileBroken(stage, plan, 'gulo', (item) => transport.publish([toEnvelope(item)]))
  await transport.stop()
  const log = await stage.read()
  const own = account(acknowledged, log, 'gulo')
  return {
    rig: plan.rig,
    seed: plan.seed,
    messages: acknowledged.size,
    handled: own.stored,
    kills: 0,
    faults: { ...stage.counts(), storedAgainBySuccessors: own.again },
    lost: own.lost,
    twice: 0,
    reordered: 0,
    ghost: 0,
    storedTwice: own.twice,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    raw: [toRawLedger(raw.case, rawAcknowledged, log)],
  }
}

function toRawLedger(name: string, acknowledged: ReadonlySet<string>, log: readonly StoredCopy[]) {
  const { lost, twice } = account(acknowledged, log, 'raw')
  return { case: name, acknowledged: acknowledged.size, lost, storedTwice: twice }
}
