import { decode } from '@gulo/core'
import type { RabbitMqOptions } from '@gulo/rabbitmq'
import type { TransportDriver } from '@gulo/testing'
import type { Channel } from 'amqplib'
import { Scene } from './scene.js'

/** RabbitMQ as the suites of transports try it; `atBroker` does something there without the transport. */
export function conformanceDriver(
  url: string,
  options: Partial<RabbitMqOptions> = {},
): TransportDriver & { atBroker(work: (channel: Channel) => Promise<unknown>): Promise<void> } {
  const scene = new Scene(url, options)
  return {
    create: () => scene.create(),
    prepare: async (topic) => {
      scene.willDeleteExchange(topic)
      scene.willDelete(topic)
      scene.willDelete(`gulo.delay.out.to.${topic}/conformance.item.changed.v1`)
    },
    read: (message) => decode(message),
    dispose: () => scene.close(),
    atBroker: async (work) => {
      // Of its own: what the scene has open may have been cut.
      const other = new Scene(url, {})
      await other.atBroker(work)
      await other.close()
    },
  }
}
