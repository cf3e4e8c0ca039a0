import {
  Command,
  Contract,
  createService,
  DomainEvent,
  GuloError,
  handler,
  IntegrationEvent,
  type MemoryBroker,
  memoryBroker,
  memoryTransport,
  type Result,
  type Service,
  type ServiceOptions,
  type Signal,
} from '@gulo/core'
import { expect } from 'chai'
import { quietLogger } from '../support/scene.js'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly data?: unknown
}

export class OrderPlaced extends DomainEvent {
  readonly orderId!: string
}

export class Place extends Command<Result<string>> {
  readonly orderId!: string
  readonly data?: unknown
}

/** A logger that keeps what it is told. */
export function keepingLogger() {
  const lines: string[] = []
  const keep = (text: string) => void lines.push(text)
  return { lines, info: () => undefined, warn: keep, error: keep }
}

/** Services on one memory broker; everything they signal; stopped together. */
export class Stage {
  readonly broker: MemoryBroker = memoryBroker({ partitions: 1 })
  readonly signals: Signal[] = []
  private readonly services: Service[] = []
  private waiting: (() => void)[] = []

  /** A service on the broker of this stage, not yet started. */
  service(options: Partial<ServiceOptions> = {}): Service {
    const service = createService({
      name: 'ordering',
      handlers: [],
      logger: quietLogger,
      transport: memoryTransport({ broker: this.broker, redeliveryDelayMs: 1 }),
      observers: [(signal) => this.note(signal)],
      ...options,
    })
    this.services.push(service)
    return service
  }

  start(options: Partial<ServiceOptions> = {}): Promise<Service> {
    return this.service(options).start()
  }

  /** A service that handles `OrderPlacedV1`. */
  far(handle: (event: OrderPlacedV1) => unknown = () => undefined, options: Partial<ServiceOptions> = {}) {
    const reserve = handler(OrderPlacedV1, (event) => handle(event) as undefined, { name: 'reserve' })
    return this.start({ name: 'inventory', handlers: [reserve], ...options })
  }

  async close(): Promise<void> {
    for (const service of this.services.reverse()) await service.stop({ deadlineMs: 200 }).catch(() => undefined)
  }

  of<K extends Signal['kind']>(kind: K): Extract<Signal, { kind: K }>[] {
    return this.signals.filter((signal): signal is Extract<Signal, { kind: K }> => signal.kind === kind)
  }

  /** Resolves once there are `count` signals of a kind; mocha's own timeout ends what never comes. */
  async until(kind: Signal['kind'], count = 1): Promise<void> {
    await this.when(() => this.of(kind).length >= count)
  }

  async when(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  private note(signal: Signal): void {
    this.signals.push(signal)
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}

/** Expects an error of Gulo with this code, whose message is one text that names what was found and ends with the mend. */
export function expectFault(error: unknown, code: string, text: RegExp = /./): void {
  expect(GuloError.is(error), `${String(error)} is a GuloError`).to.equal(true)
  const { message, code: found } = error as GuloError
  expect(found, message).to.equal(code)
  expect(message).to.match(text)
  expect(message, 'punctuation').to.not.match(/\.\.|\[object|\{\w+\}/)
  expect(message, 'ends with a sentence').to.match(/\.$/)
}
