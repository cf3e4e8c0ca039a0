import {
  type Codec,
  Contract,
  cloudEventsBinary,
  DomainEvent,
  type Envelope,
  EventMapper,
  Handles,
  IntegrationEvent,
  Mediator,
  type Result,
  result,
  withIntegrationEvents,
} from '@gulo/core'
import { validation } from '@gulo/validation'
import type { Group } from '../suite.js'
import { orderData, PlainOrder } from './order.js'

class OrderPlaced extends DomainEvent {
  constructor(
    readonly orderId: string,
    readonly email: string,
    readonly sku: string,
    readonly quantity: number,
    readonly price: number,
    readonly currency: string,
    readonly placedAt: string,
    readonly gift: boolean,
  ) {
    super()
  }
}

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly email!: string
  readonly sku!: string
  readonly quantity!: number
  readonly price!: number
  readonly currency!: string
  readonly placedAt!: string
  readonly gift!: boolean
}

@Handles(PlainOrder)
class OrderHandler {
  async handle(order: PlainOrder): Promise<Result<string>> {
    const { orderId, email, sku, quantity, price, currency, placedAt, gift } = order
    return result(orderId, new OrderPlaced(orderId, email, sku, quantity, price, currency, placedAt, gift))
  }
}

type PlainOrderData = ReturnType<typeof orderData>

/** From a command to the bytes of its integration event: validated, handled, mapped, wrapped, encoded and dropped. */
export const pipeline: Group = {
  name: 'pipeline',
  async prepare() {
    const data = Array.from({ length: 64 }, (_, index) => orderData(index))
    const direct = new OrderHandler()
    const dropped = new DroppingPublisher(cloudEventsBinary)
    const inner = new Mediator({ handlers: [OrderHandler], middleware: [validation()] })
    const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV1)
    const mediator = withIntegrationEvents(inner, { mapper, publisher: dropped, source: 'ordering' })
    return [
      {
        name: 'raw',
        async run(times) {
          let length = 0
          for (let index = 0; index < times; index++) {
            length += (await direct.handle(PlainOrder.of(data[index % data.length] as PlainOrderData))).value.length
          }
          return length
        },
      },
      {
        name: 'to bytes',
        async run(times) {
          const before = dropped.count
          for (let index = 0; index < times; index++)
            await mediator.send(PlainOrder.of(data[index % data.length] as PlainOrderData))
          if (dropped.count - before !== times) throw new Error('An event was lost on its way.')
          return dropped.bytes
        },
      },
    ]
  },
}

/** Encodes what it is given, as a transport would, and sends nothing. */
class DroppingPublisher {
  count = 0
  bytes = 0

  constructor(private readonly codec: Codec) {}

  async publish(envelopes: readonly Envelope[]): Promise<void> {
    for (const envelope of envelopes) {
      this.bytes += this.codec.encode(envelope).body?.length ?? 0
      this.count++
    }
  }
}
