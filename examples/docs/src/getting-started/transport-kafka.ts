import { kafka } from '@gulo/kafka'

/** A connection of its own for each service. */
export function transport(service: string) {
  return kafka({ brokers: (process.env['KAFKA_BOOTSTRAP_SERVERS'] ?? '127.0.0.1:9092').split(','), clientId: service })
}
