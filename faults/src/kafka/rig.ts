import type { Rig } from '../rig.js'
import { runStory } from '../story.js'
import { KafkaStage } from './stage.js'
import { PRODUCER_GUARDS } from './unguarded.js'

/** Producers and consumers over Kafka, one broker or three, behind proxies that lose acknowledgements. */
export const kafkaRig: Rig = {
  name: 'kafka',
  guards: [...PRODUCER_GUARDS, 'commit-after-handling', 'inbox'],
  brokers: [1, 3],
  async run(plan) {
    const stage = await KafkaStage.start(plan)
    try {
      return await runStory(plan, stage)
    } finally {
      await stage.close()
    }
  },
}
