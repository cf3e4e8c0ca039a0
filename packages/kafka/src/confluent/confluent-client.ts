import type { ConsumerSpec, KafkaClient, KafkaRecord } from '../client/client.js'
import { ConfluentAdmin } from './admin.js'
import { ConfluentConsumer } from './consumer.js'
import type { ConfluentModule } from './driver.js'
import type { DriverSettings } from './driver-config.js'
import { ConfluentProducer } from './producer.js'

/** The client seam over librdkafka. */
export class ConfluentClient implements KafkaClient {
  private readonly settings: DriverSettings
  private readonly load: () => Promise<ConfluentModule>
  /** A batch that is sent again by the next producer leaves out what its predecessor is known to have stored. */
  private readonly stored = new WeakSet<KafkaRecord>()
  private predecessor: Promise<void> = Promise.resolve()

  constructor(settings: DriverSettings, load: () => Promise<ConfluentModule>) {
    this.settings = settings
    this.load = load
  }

  createProducer(): ConfluentProducer {
    const { load, predecessor, settings, stored } = this
    const producer = new ConfluentProducer({ settings, load, stored, predecessor })
    this.predecessor = predecessor.then(() => producer.end)
    return producer
  }

  createAdmin(): ConfluentAdmin {
    return new ConfluentAdmin(this.settings, this.load)
  }

  createConsumer(spec: ConsumerSpec): ConfluentConsumer {
    return new ConfluentConsumer(this.settings, this.load, spec)
  }
}
