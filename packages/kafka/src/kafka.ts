import type { KafkaOptions } from './config/options.js'
import { settingsOf } from './config/resolve.js'
import { kafkajsClient } from './kafkajs/kafkajs-client.js'
import { KafkaTransport } from './transport/kafka-transport.js'

/**
 * A transport over Apache Kafka.
 * @throws GULO_CONFIGURATION_INVALID with every fault of the options at once
 */
export function kafka(options: KafkaOptions): KafkaTransport {
  const settings = settingsOf(options)
  const { client = kafkajsClient, runtime } = options
  return new KafkaTransport(settings, client(settings), runtime)
}
