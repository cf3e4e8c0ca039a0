import { compilePlan } from '@gulo/validation'
import { expect } from 'chai'
import {
  ArrayNotEmpty,
  getMetadataStorage,
  IsEmail,
  IsInt,
  IsOptional,
  IsString,
  isEmail,
  Min,
  registerDecorator,
  useContainer,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  validateSync,
} from 'class-validator'
import fc from 'fast-check'

class Line {
  @IsString() sku: unknown = 'A-1'
  @IsInt() @Min(1, { groups: ['strict'] }) quantity: unknown = 1
}

class Order {
  @IsString({ each: true }) @ArrayNotEmpty() tags: unknown = ['new']
  @IsOptional() @IsInt() version: unknown = undefined
  @ValidateIf((order: Order) => order.version !== undefined) @IsString() reason: unknown = undefined
  @ValidateNested() lines: unknown = [new Line()]
}

class PriorityOrder extends Order {
  @IsInt() level: unknown = 2
}

const with_ = <T extends object>(object: T, fields: Partial<T>): T => Object.assign(object, fields)

describe('a compiled plan', () => {
  const plan = compilePlan(Order)

  it('passes a valid object without asking class-validator', () => {
    expect(plan.passes(new Order())).to.equal(true)
    expect(plan.errors(new Order())).to.deep.equal([])
  })

  for (const [words, lines] of Object.entries({
    'a single nested object': new Line(),
    'a list of them': [new Line(), new Line()],
    'a set of them': new Set([new Line()]),
    'a map of them': new Map([['first', new Line()]]),
    'lists in a list': [[new Line()], []],
  })) {
    it(`passes ${words}`, () => expect(plan.passes(with_(new Order(), { lines }))).to.equal(true))
  }

  it('passes a subclass by a plan of its own', () => {
    expect(compilePlan(PriorityOrder).passes(new PriorityOrder())).to.equal(true)
    expect(compilePlan(PriorityOrder).passes(with_(new PriorityOrder(), { tags: [1] }))).to.equal(false)
    expect(plan.passes(new PriorityOrder())).to.equal(false)
  })

  it('applies the rules of the groups it was compiled for', () => {
    const none = with_(new Order(), { lines: [with_(new Line(), { quantity: 0, sku: 'A' })] })
    expect(compilePlan(Line, { groups: ['strict'] }).passes(with_(new Line(), { quantity: 0 }))).to.equal(false)
    expect(compilePlan(Line, { groups: ['strict'] }).passes(with_(new Line(), { sku: 7 }))).to.equal(true)
    expect(compilePlan(Order, { strictGroups: true }).passes(none)).to.equal(true)
  })

  it('answers at once, in the words of class-validator, where no rule can be asynchronous', () => {
    const line = with_(new Line(), { sku: 7 })
    expect(compilePlan(Line).errors(line)).to.deep.equal(validateSync(line))
  })

  it('strips what the whitelist does not know, and nothing when the object does not pass', () => {
    const strict = compilePlan(Line, { whitelist: true })
    const good = Object.assign(new Line(), { extra: 1 })
    const bad = Object.assign(new Line(), { extra: 1, sku: 7 })
    expect([strict.passes(good), strict.passes(bad)]).to.deep.equal([true, false])
    expect(good).to.not.have.property('extra')
    expect(Object.keys(bad)).to.deep.equal(['sku', 'quantity', 'extra'])
  })

  it('runs every condition of a property, as class-validator does', () => {
    class Twice {
      @ValidateIf((_, value: string) => value.length > 1)
      @ValidateIf(() => false)
      text: unknown = null
    }
    expect(() => compilePlan(Twice).errors(new Twice())).to.throw(TypeError)
  })

  it('leaves a rule that turns out to be asynchronous to class-validator from then on', async () => {
    let asked = 0
    class Later {
      text = 'a'
    }
    registerDecorator({
      name: 'later',
      target: Later,
      propertyName: 'text',
      options: {},
      validator: { validate: () => Promise.resolve(++asked < 4) },
    })
    const later = compilePlan(Later)
    expect(await later.errors(new Later())).to.deep.equal([])
    expect(asked).to.equal(2)
    expect(await later.errors(new Later())).to.deep.equal([])
    expect(asked).to.equal(3)
    expect(await later.errors(new Later())).to.have.length(1)
  })

  it('refuses what is no class', () => {
    // @ts-expect-error: a name is no class
    expect(() => compilePlan('Order'))
      .to.throw()
      .with.property('code', 'GULO_VALIDATION_OPTIONS')
  })
})

describe('a rule of a class that a container makes', () => {
  after(() => useContainer(undefined as never))

  it('is asked for anew for each value', () => {
    @ValidatorConstraint()
    class CustomConstraint {
      validate() {
        return true
      }
    }
    class Guarded {
      @Validate(CustomConstraint) value = 1
    }
    let made = 0
    useContainer(
      { get: (target) => (target === CustomConstraint ? { validate: () => ++made } : undefined) as never },
      { fallback: true },
    )
    const plan = compilePlan(Guarded)
    plan.passes(new Guarded())
    useContainer({ get: () => ({ validate: () => false }) as never })
    expect(plan.passes(new Guarded())).to.equal(false)
    expect(made).to.equal(1)
  })
})

describe('the quick look at e-mail addresses', () => {
  class Contact {
    @IsEmail() email: unknown = ''
  }

  it('passes nothing that class-validator would refuse', () => {
    const plan = compilePlan(Contact)
    const part = fc.string({ unit: fc.constantFrom(...'abZ09._-+@ é'), maxLength: 70 })
    const address = fc.tuple(part, part, part).map(([user, host, end]) => `${user}@${host}.${end}`)
    const plain = fc.stringMatching(/^[a-zA-Z0-9_.+-]{1,66}@[a-zA-Z0-9-]{1,65}\.[a-zA-Z0-9]{1,4}(\.[a-z]{1,3})?$/)
    fc.assert(
      fc.property(fc.oneof(address, plain, fc.emailAddress()), (email) => {
        expect(plan.passes(with_(new Contact(), { email })), email).to.equal(isEmail(email))
      }),
      { numRuns: 3000 },
    )
  })

  it('is not taken for a stricter rule that goes through the one of class-validator', () => {
    const [rule] = getMetadataStorage().getTargetValidationMetadatas(Contact, '', false, false)
    const [own] = getMetadataStorage().getTargetValidatorConstraints(rule?.constraintCls as () => void)
    class Strict {
      email = 'someone@example.com'
    }
    registerDecorator({
      name: 'isEmail',
      target: Strict,
      propertyName: 'email',
      options: {},
      constraints: [undefined],
      validator: {
        validate: (value, given) => Boolean(own?.instance.validate(value, given)) && !value.endsWith('example.com'),
      },
    })
    expect(compilePlan(Strict).passes(new Strict())).to.equal(false)
  })
})
