import { rabbitmq } from '@gulo/rabbitmq'

/** A connection of its own for each service. */
export function transport(service: string) {
  return rabbitmq({ url: process.env['RABBITMQ_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672', connectionName: service })
}
