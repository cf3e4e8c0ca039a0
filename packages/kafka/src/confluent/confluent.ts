import { createRuntime } from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import type { KafkaSettings } from '../config/settings.js'
import { ConfluentClient } from './confluent-client.js'
import type { ConfluentModule } from './driver.js'
import { loadDriver } from './load.js'
import { type ConfluentOptions, checkOptions, invalid } from './options.js'

/**
 * Lets `kafka({ client: confluent() })` work with `@confluentinc/kafka-javascript`, which is loaded on start.
 * @throws GULO_CONFIGURATION_INVALID with every fault of the options at once
 */
export function confluent(options: ConfluentOptions = {}): (settings: KafkaSettings) => KafkaClient {
  checkOptions(options)
  const { module, driverOptions = {} } = options
  return (settings) => {
    if (typeof settings.ssl === 'object' && settings.ssl.servername !== undefined) {
      throw invalid(['ssl.servername cannot be told to librdkafka, which expects the name of the host.'])
    }
    let loading: Promise<ConfluentModule> | undefined
    const load = () => {
      loading ??= loadDriver(module)
      return loading
    }
    const { clock } = createRuntime()
    return new ConfluentClient({ ...settings, driverOptions, clock }, load)
  }
}
