import { Command, Contract, contractOf, Handles, IntegrationEvent, Mediator, type Result, result } from '@gulo/core'
import { expect } from 'chai'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}
class Place extends Command<Result<string>> {
  readonly orderId!: string
}
class Note extends Command {}

@Handles(Place)
class PlaceHandler {
  async handle({ orderId }: Place) {
    return result(orderId, OrderPlacedV1.of({ orderId }))
  }
}

describe('decorators of the standard dialect', () => {
  it('make a class a handler', async () => {
    const { value } = await new Mediator({ handlers: [PlaceHandler] }).send(Place.of({ orderId: '1' }))
    expect(value).to.equal('1')
  })

  it('give a class its contract', () => {
    expect(contractOf(OrderPlacedV1)?.type).to.equal('ordering.order.placed.v1')
  })

  it('check as strictly as the legacy ones', () => {
    // @ts-expect-error the command is another
    @Handles(Note)
    class WrongMessage {
      async handle(_command: Place) {}
    }
    // @ts-expect-error the result is another
    @Handles(Place)
    class WrongResult {
      async handle(_command: Place) {
        return 'no result'
      }
    }
    // @ts-expect-error a command without a result is answered by nothing
    @Handles(Note)
    class TooMuch {
      async handle(_command: Note) {
        return 5
      }
    }
    // @ts-expect-error there is no handle
    @Handles(Note)
    class NoHandle {}
    // @ts-expect-error the class has no field nope
    @Contract('a.b.c.v1', { key: 'nope' })
    class NoField extends IntegrationEvent {}
    expect([WrongMessage, WrongResult, TooMuch, NoHandle, NoField]).to.have.length(5)
  })
})
