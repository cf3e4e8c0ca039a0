import type { ConfirmChannel, ConsumeMessage } from 'amqplib'
import { ORDER_PLACED, type Order, wireOf } from '../brokers/order.js'

/** What is published to. */
export interface Target {
  readonly publishing: ConfirmChannel
  readonly exchange: string
}

/** Publishes one order and resolves when it is confirmed: persistent and mandatory, with the properties Gulo writes. */
export function publishRaw({ publishing, exchange }: Target, order: Order): Promise<void> {
  const { headers, value } = wireOf(order, 'cloudEvents_')
  const { 'content-type': contentType = '', ...table } = headers
  const properties = {
    persistent: true,
    mandatory: true,
    contentType,
    type: ORDER_PLACED,
    messageId: order.id,
    appId: 'benchmarks',
    timestamp: Math.floor(Date.parse(headers['cloudEvents_time'] as string) / 1000),
    headers: table,
  }
  return new Promise((resolve, reject) => {
    publishing.publish(exchange, ORDER_PLACED, value, properties, (error) => (error ? reject(error) : resolve()))
  })
}

/** The event in a message, when it is one. */
export function eventIn({ content, properties }: ConsumeMessage): unknown {
  if (properties.headers?.['cloudEvents_type'] !== ORDER_PLACED) throw new Error('This is no order.')
  return JSON.parse(String(content))
}
