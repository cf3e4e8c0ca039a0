import { Command, DomainEvent, type Handler, Handles, handler, Mediator, Query, type Result, result } from '@gulo/core'
import { expect } from 'chai'

class Place extends Command<Result<string>> {
  readonly orderId!: string
}
class Urgent extends Place {
  readonly by!: Date
}
class Note extends Command {
  readonly text!: string
}
class Count extends Query<number> {}
class Placed extends DomainEvent {}

describe('the types of handlers', () => {
  it('refuse a handler of another message, of a narrower one, and one that returns something else', () => {
    // @ts-expect-error another command
    @Handles(Note)
    class Other {
      async handle(_command: Place) {}
    }
    // @ts-expect-error a narrower command: a Place need not be Urgent
    @Handles(Place)
    class Narrower {
      async handle(command: Urgent) {
        return result(command.by.toISOString())
      }
    }
    // @ts-expect-error the result is another
    @Handles(Place)
    class WrongResult {
      async handle(_command: Place) {
        return 7
      }
    }
    // @ts-expect-error a command without a result is answered by nothing
    @Handles(Note)
    class TooMuch {
      async handle(_command: Note) {
        return 'something'
      }
    }
    // @ts-expect-error there is no handle
    @Handles(Note)
    class NoHandle {}
    class Thing {}
    // @ts-expect-error Thing is no message class
    handler(Thing, () => undefined)
    // @ts-expect-error a query of a number is not answered by a text
    handler(Count, () => 'seven')
    expect([Other, Narrower, WrongResult, TooMuch, NoHandle]).to.have.length(5)
  })

  it('accept fewer parameters, sync and async, arrow properties, and events from a command without a result', () => {
    @Handles(Note)
    class Arrow implements Handler<Note> {
      readonly handle = () => undefined
    }
    @Handles(Note)
    class Raising {
      async handle() {
        return result(undefined, new Placed())
      }
    }
    expect([Arrow, Raising, handler(Count, () => 7), handler(Count, async () => 7)]).to.have.length(4)
  })

  it('infer what send answers from the message', async () => {
    const mediator = new Mediator({ handlers: [handler(Count, () => 7), handler(Note, () => undefined)] })
    const count: number = await mediator.send(Count.of({}))
    // @ts-expect-error the answer is a number
    const text: string = await mediator.send(Count.of({}))
    const either = Math.abs(1) === 1 ? Count.of({}) : Note.of({ text: '' })
    const answer: number | void = await mediator.send(either)
    expect([count, text, answer]).to.deep.equal([7, 7, 7])
  })
})
