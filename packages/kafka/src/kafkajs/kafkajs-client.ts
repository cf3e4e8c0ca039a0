import type { KafkaClient } from '../client/client.js'
import type { KafkaSettings } from '../config/settings.js'
import { KafkajsAdmin } from './admin.js'
import { registerCodecs } from './compression.js'
import { KafkajsConsumer } from './consumer.js'
import { KafkajsProducer } from './producer.js'
import { Seeds } from './seeds.js'

/** Kafka through kafkajs. @throws GULO_CONFIGURATION_INVALID where another client has other codecs */
export function kafkajsClient(settings: KafkaSettings): KafkaClient {
  registerCodecs(settings.codecs)
  const seeds = new Seeds(settings.brokers)
  return {
    createProducer: () => new KafkajsProducer(settings, seeds),
    createAdmin: () => new KafkajsAdmin(settings, seeds),
    createConsumer: (spec) => new KafkajsConsumer(settings, spec, seeds),
  }
}
