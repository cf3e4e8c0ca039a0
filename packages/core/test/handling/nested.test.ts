import {
  Command,
  DomainEvent,
  type GuloError,
  handler,
  Mediator,
  type MessageContext,
  withIntegrationEvents,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Deep extends Command<number> {
  readonly left!: number
}
class Keep extends Command {}
class Kept extends DomainEvent {}

/** Sends itself until nothing is left; answers how deep the last one was. */
const digging = handler(Deep, ({ left }, context): Promise<number> | number =>
  left === 0 ? context.depth : context.send(Deep.of({ left: left - 1 })),
)

describe('commands that are sent within commands', () => {
  it('are one level deeper each', async () => {
    expect(await new Mediator({ handlers: [digging] }).send(Deep.of({ left: 3 }))).to.equal(3)
  })

  it('may be as deep as maxEventDepth, and no deeper', async () => {
    const mediator = new Mediator({ handlers: [digging], maxEventDepth: 5 })
    expect(await mediator.send(Deep.of({ left: 5 }))).to.equal(5)
    const error = (await failure(mediator.send(Deep.of({ left: 6 })))) as GuloError
    expect(error.code).to.equal('GULO_CASCADE_TOO_DEEP')
    expect(error.message).to.match(/more than 5 levels deep; the last was Deep/)
  })

  it('say what was sent too deep even when that is no message', async () => {
    for (const [sent, told] of [
      [undefined, /the last was undefined/],
      [null, /the last was null/],
      [Object.create(null), /the last was a plain object/],
    ] as const) {
      const sending = handler(Keep, (_, context) => context.send(sent as unknown as Keep))
      const error = (await failure(
        new Mediator({ handlers: [sending], maxEventDepth: 0 }).send(Keep.of({})),
      )) as GuloError
      expect(error.code).to.equal('GULO_CASCADE_TOO_DEEP')
      expect(error.message).to.match(told)
    }
  })
})

describe('a handler that goes on after its unit of work', () => {
  const scene = async () => {
    let kept: MessageContext | undefined
    const mediator = new Mediator({
      handlers: [
        handler(Keep, (_, context) => {
          kept = context
        }),
        handler(Deep, () => 0),
        handler(Kept, () => undefined),
      ],
    })
    await withIntegrationEvents(mediator, { publisher: { publish: async () => undefined }, source: 'ordering' }).send(
      Keep.of({}),
    )
    return kept as MessageContext
  }

  it('cannot send', async () => {
    const error = (await failure((await scene()).send(Deep.of({ left: 0 })))) as GuloError
    expect(error.code).to.equal('GULO_UNIT_OF_WORK_ENDED')
    expect(error.message)
      .to.match(/\bsend\b/)
      .and.to.match(/\bDeep\b/)
  })

  it('cannot publish', async () => {
    const error = (await failure((await scene()).publish(new Kept()))) as GuloError
    expect(error.code).to.equal('GULO_UNIT_OF_WORK_ENDED')
    expect(error.message)
      .to.match(/\bpublish\b/)
      .and.to.match(/\bKept\b/)
  })
})

describe('a mediator without a list of handlers', () => {
  it('is refused with the mend', () => {
    for (const options of [undefined, {}, { handlers: 'all' }]) {
      expect(() => new Mediator(options as never))
        .to.throw(/of the mediator has 1 faults: handlers is no array: list them, or nothing: \[\]/)
        .with.property('code', 'GULO_CONFIGURATION_INVALID')
    }
  })
})
