import type { KafkaClient } from '../client/client.js'
import type { KafkaSettings } from '../config/settings.js'
import { KafkajsAdmin } from './admin.js'
import { KafkajsConsumer } from './consumer.js'
import { KafkajsProducer } from './producer.js'

/** Kafka through kafkajs. */
export function kafkajsClient(settings: KafkaSettings): KafkaClient {
  return {
    createProducer: () => new KafkajsProducer(settings),
    createAdmin: () => new KafkajsAdmin(settings),
    createConsumer: (spec) => new KafkajsConsumer(settings, spec),
  }
}
