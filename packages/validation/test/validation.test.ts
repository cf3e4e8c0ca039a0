import { Command, handler, Mediator } from '@gulo/core'
import { VALIDATION_ERRORS, validation } from '@gulo/validation'
import { expect } from 'chai'
import { IsString, Validate, ValidateNested, ValidatorConstraint } from 'class-validator'
import { FindOrder, Line, Money, OrderPlaced, OrderPlacedV1, PlaceOrder, Unruled } from './support/orders.js'
import { thrown } from './support/thrown.js'

const money = Object.assign(new Money(), { cents: 5 })
const line = (quantity: number) => Object.assign(new Line(), { sku: 'A-1', quantity, price: money })
const placeOrder = (fields: Partial<PlaceOrder>) =>
  PlaceOrder.of({ email: 'someone@example.com', lines: [line(1)], ...fields } as PlaceOrder)

function mediator(handled: unknown[] = []) {
  return new Mediator({
    handlers: [
      handler(PlaceOrder, (order) => handled.push(order)),
      handler(Unruled, () => 1),
      handler(FindOrder, ({ id }) => id),
    ],
    middleware: [validation()],
  })
}

describe('validation as middleware', () => {
  it('lets a valid command through to its handler', async () => {
    expect(await mediator().send(placeOrder({}))).to.equal(1)
  })

  it('refuses an invalid one before its handler runs, naming each place and rule', async () => {
    const handled: unknown[] = []
    const error = await thrown(() => mediator(handled).send(placeOrder({ email: 'nobody', lines: [line(1), line(0)] })))
    expect(error).to.include({ code: 'GULO_VALIDATION_FAILED', retryable: false })
    expect(error.message).to.equal(
      'PlaceOrder is not valid: email (email must be an email); lines[1].quantity (quantity must not be less than 1). ' +
        'Mend these fields where the message is made, or the rules on its class.',
    )
    expect(handled).to.have.length(0)
  })

  it('says what is wrong without the message or its values, which may be personal', async () => {
    const error = await thrown(() => mediator().send(placeOrder({ email: 'ann@private' })))
    expect(error.details['errors']).to.deep.equal([
      { path: 'email', constraints: { isEmail: 'email must be an email' } },
    ])
    expect(JSON.stringify(error.details) + error.message).to.not.include('private')
  })

  it('validates queries', async () => {
    expect((await thrown(() => mediator().send(FindOrder.of({ id: 7 as never })))).code).to.equal(
      'GULO_VALIDATION_FAILED',
    )
  })

  it('adds nothing to the chain of a class without rules', () => {
    expect(mediator().explain(Unruled)[0]).to.have.length(1)
    expect(mediator().explain(FindOrder)[0]).to.include('hooks validation')
  })

  it('leaves events to the edge unless it is told otherwise', () => {
    expect(validation().forMessage(OrderPlaced, 'domain event')).to.equal(undefined)
    expect(validation().forMessage(OrderPlacedV1, 'integration event')).to.equal(undefined)
    expect(validation({ kinds: ['domain event'] }).forMessage(OrderPlaced, 'domain event')).to.be.an('object')
  })

  it('waits for an asynchronous rule', async () => {
    @ValidatorConstraint({ async: true, name: 'known' })
    class Known {
      async validate(value: unknown) {
        return value === 'known'
      }
      defaultMessage() {
        return '$property is not known'
      }
    }
    class Ask extends Command<number> {
      @Validate(Known) @IsString() who!: string
    }
    const asked = new Mediator({ handlers: [handler(Ask, () => 2)], middleware: [validation()] })
    expect(await asked.send(Ask.of({ who: 'known' }))).to.equal(2)
    expect((await thrown(() => asked.send(Ask.of({ who: 'else' })))).message).to.include('who (who is not known)')
  })

  it('names an object without rules under @ValidateNested by its place', async () => {
    class Wrap extends Command {
      @ValidateNested() inner!: object
    }
    const wrapping = new Mediator({ handlers: [handler(Wrap, () => undefined)], middleware: [validation()] })
    const error = await thrown(() => wrapping.send(Wrap.of({ inner: {} })))
    expect(error.details['errors']).to.have.nested.property('[0].path', 'inner')
  })

  it('hands its options to class-validator', async () => {
    const strict = validation({ validator: { whitelist: true, forbidNonWhitelisted: true } })
    const sending = new Mediator({ handlers: [handler(PlaceOrder, () => 1)], middleware: [strict] })
    expect((await thrown(() => sending.send(placeOrder({ note: 'x' })))).message).to.include(
      'property note should not exist',
    )
  })
})

describe('the options of validation', () => {
  for (const options of [{ unknownKeys: 'drop' }, { validator: 7 }, { kinds: ['event'] }, { kinds: 'command' }]) {
    it(`are refused: ${JSON.stringify(options)}`, () => {
      expect(() => validation(options as never))
        .to.throw()
        .with.property('code', 'GULO_VALIDATION_OPTIONS')
    })
  }

  it('are known to the compiler', () => {
    const compilesOnly = () => {
      // @ts-expect-error: not a policy
      validation({ unknownKeys: 'drop' })
      // @ts-expect-error: not a kind of message
      validation({ kinds: ['event'] })
      // @ts-expect-error: not an option of class-validator
      validation({ validator: { whiteList: true } })
    }
    expect(compilesOnly).to.be.a('function')
  })
})

describe('the error table', () => {
  it('ends every message with a mend', () => {
    for (const [code, { message, mend }] of Object.entries(VALIDATION_ERRORS)) {
      expect(code).to.match(/^GULO_VALIDATION_/)
      expect(`${message} ${mend}`).to.match(/\.$/)
    }
  })
})
