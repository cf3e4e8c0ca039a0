import type { TopicSpec } from '../client/client.js'
import { nameFaults, shapeFaults } from '../config/check-topics.js'
import type { TopicOptions } from '../config/ensure-topics.js'
import { coreFault } from '../faults.js'

/** A topic that there has to be; what is left out is what the options of the transport say. */
export interface TopicRequest extends TopicOptions {
  readonly topic: string
  /** Whether it is given more partitions where it has fewer. @default that of the options */
  readonly grow?: boolean
}

/** What is wanted of a topic, everything filled in. */
export interface AskedTopic extends TopicSpec {
  readonly grow: boolean
}

export interface TopicDefaults {
  readonly growTopics: boolean
  readonly topicSpec: (topic: string) => TopicSpec
}

/** Fills in what the requests leave out. @throws GULO_CONFIGURATION_INVALID with every fault at once */
export function askedTopics(requests: readonly (string | TopicRequest)[], defaults: TopicDefaults): AskedTopic[] {
  const faults = Array.isArray(requests) ? requests.flatMap(faultsOf) : ['expected a list of topics.']
  if (faults.length > 0) {
    const details = { component: 'ensureTopics', count: faults.length, faults: faults.join(' ') }
    throw coreFault('GULO_CONFIGURATION_INVALID', details)
  }
  return requests.map((request) => {
    const own = typeof request === 'string' ? { topic: request } : request
    const spec = defaults.topicSpec(own.topic)
    return {
      topic: own.topic,
      partitions: own.partitions ?? spec.partitions,
      replication: own.replication ?? spec.replication,
      configs: { ...spec.configs, ...own.configs },
      grow: own.grow ?? defaults.growTopics,
    }
  })
}

function faultsOf(request: string | TopicRequest): string[] {
  if (typeof request === 'string') return nameFaults(request)
  return [...nameFaults(request?.topic), ...shapeFaults(String(request?.topic), request)]
}
