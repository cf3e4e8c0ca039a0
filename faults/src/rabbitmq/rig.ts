import type { Rig } from '../rig.js'
import { runStory } from '../story.js'
import { RabbitMqStage } from './stage.js'

/** Producers and consumers over RabbitMQ: connections cut, the node killed, bindings taken away. */
export const rabbitmqRig: Rig = {
  name: 'rabbitmq',
  guards: ['mandatory', 'partitions', 'commit-after-handling', 'inbox'],
  brokers: [1],
  async run(plan) {
    const stage = await RabbitMqStage.start(plan)
    try {
      return await runStory(plan, stage)
    } finally {
      await stage.close()
    }
  },
}
