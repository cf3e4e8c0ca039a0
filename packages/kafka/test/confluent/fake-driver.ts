import { EventEmitter } from 'node:events'

/** A record as it was handed to the fake producer. */
export interface Produced {
  readonly producer: number
  readonly topic: string
  readonly partition: number
  readonly value: string
  readonly opaque: unknown
}

/** The binding, without a broker: what is produced waits until the test reports on it. */
export class FakeDriver {
  /** Makes every constructor throw this. */
  refuse: string | undefined
  /** Makes `produce` throw for these values, once each. */
  readonly throwFor = new Map<string, { readonly message: string; readonly code: number }>()
  readonly configs: Readonly<Record<string, unknown>>[] = []
  readonly produced: Produced[] = []
  readonly producers: FakeProducer[] = []
  readonly Producer: new (
    config: Readonly<Record<string, unknown>>,
  ) => FakeProducer
  readonly KafkaConsumer: new (config: never) => object = FakeBase
  readonly AdminClient: { readonly create: (config: Readonly<Record<string, unknown>>) => FakeBase }

  constructor() {
    const construct = (config: Readonly<Record<string, unknown>>) => this.construct(config)
    const driver = this
    this.Producer = class extends FakeProducer {
      constructor(config: Readonly<Record<string, unknown>>) {
        construct(config)
        super(driver)
      }
    }
    this.AdminClient = {
      create: (config) => {
        construct(config)
        return new FakeBase()
      },
    }
  }

  private construct(config: Readonly<Record<string, unknown>>): void {
    if (this.refuse !== undefined) throw new Error(this.refuse)
    this.configs.push(config)
  }
}

class FakeBase extends EventEmitter {
  disconnect(..._: unknown[]): void {}
}

export class FakeProducer extends FakeBase {
  readonly number: number
  private readonly driver: FakeDriver
  private finish: (() => void) | undefined

  constructor(driver: FakeDriver) {
    super()
    this.driver = driver
    driver.producers.push(this)
    this.number = driver.producers.length
  }

  connect(_: unknown, done: (error: null) => void): void {
    queueMicrotask(() => done(null))
  }

  setPollInBackground(): void {}

  produce(topic: string, partition: number, value: Buffer, _key: unknown, _time: unknown, opaque: unknown): void {
    const text = value.toString('utf8')
    const fault = this.driver.throwFor.get(text)
    this.driver.throwFor.delete(text)
    if (fault !== undefined) throw Object.assign(new Error(fault.message), { code: fault.code })
    this.driver.produced.push({ producer: this.number, topic, partition, value: text, opaque })
  }

  /** Reports on what was produced with this value. */
  report(value: string, error: { readonly message: string; readonly code: number } | null = null): void {
    const found = this.driver.produced.findLast((each) => each.value === value)
    this.emit('delivery-report', error, { opaque: found?.opaque })
  }

  override disconnect(_: number, done: () => void): void {
    this.finish = done
  }

  /** Lets a disconnect come to its end. */
  die(): void {
    this.finish?.()
  }
}
