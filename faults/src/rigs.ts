import { kafkaRig } from './kafka/rig.js'
import { kafkaRawRig } from './kafka-raw/rig.js'
import { outboxRig } from './outbox/rig.js'
import { rabbitmqRig } from './rabbitmq/rig.js'
import type { Rig } from './rig.js'

export const rigs: readonly Rig[] = [kafkaRig, kafkaRawRig, rabbitmqRig, outboxRig]
