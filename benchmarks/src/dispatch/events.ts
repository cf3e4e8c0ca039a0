import { Command, DomainEvent, Handles, Mediator, type Result, result } from '@gulo/core'
import type { Group } from '../suite.js'

class Place extends Command<Result<number>> {
  constructor(readonly x: number) {
    super()
  }
}

class Placed extends DomainEvent {
  constructor(readonly x: number) {
    super()
  }
}

class Bare extends Command<number> {
  constructor(readonly x: number) {
    super()
  }
}

class BareHandler {
  async handle(command: Bare): Promise<number> {
    return command.x
  }
}

@Handles(Place)
class PlaceHandler {
  async handle(command: Place): Promise<Result<number>> {
    return result(command.x, new Placed(command.x))
  }
}

/** A command whose handler answers one domain event, which is collected as before a commit; over a direct call that raises none. */
export const sendWithEvent: Group = {
  name: 'send with event',
  async prepare() {
    const direct = new BareHandler()
    const mediator = new Mediator({ handlers: [PlaceHandler] })
    return [
      {
        name: 'raw',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) sum += await direct.handle(new Bare(index))
          return sum
        },
      },
      {
        name: 'send',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) {
            const context = mediator.createContext()
            const sink = { domainEvents: [] as DomainEvent[], integrationEvents: [] }
            context.sink = sink
            const { value } = await mediator.dispatch(new Place(index), context)
            sum += value + sink.domainEvents.length
          }
          return sum
        },
      },
    ]
  },
}
