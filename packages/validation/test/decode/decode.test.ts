import 'reflect-metadata'
import { type ValidationOptions, validation } from '@gulo/validation'
import { expect } from 'chai'
import { Exclude, Expose, Transform, Type } from 'class-transformer'
import {
  Allow,
  IsDate,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Validate,
  ValidateNested,
  ValidatorConstraint,
} from 'class-validator'
import { Line, Money, ORDER, OrderPlacedV1, PlaceOrder, Unruled } from '../support/orders.js'
import { thrown } from '../support/thrown.js'

const decode = (target: unknown, data: unknown, options?: ValidationOptions) =>
  validation(options).decode(target as typeof PlaceOrder, data)

const json = (text: string): unknown => JSON.parse(text)

describe('decoding wire data', () => {
  it('makes instances of the class, of nested classes and of lists, and dates', async () => {
    const order = (await decode(PlaceOrder, ORDER)) as PlaceOrder
    expect(order).to.be.instanceOf(PlaceOrder)
    expect(order.lines[0]).to.be.instanceOf(Line)
    expect(order.lines[0]?.price).to.be.instanceOf(Money)
    expect(order.deliverAt).to.deep.equal(new Date('2026-03-04T05:06:07.890Z'))
    expect(order.note).to.equal('ring twice')
  })

  it('answers at once', () => {
    expect(decode(PlaceOrder, ORDER)).to.be.instanceOf(PlaceOrder)
  })

  it('keeps what a class sets itself where the data have no value', () => {
    const data = { ...ORDER, lines: [{ sku: 'A', quantity: 1, price: { cents: 1 } }] }
    expect(decode(PlaceOrder, data)).to.have.nested.property('lines[0].price.currency', 'EUR')
  })

  it('makes a date of a field that is declared as one', () => {
    class Noted {
      @Allow() at!: Date
    }
    expect(decode(Noted, { at: 1000 })).to.have.deep.property('at', new Date(1000))
  })

  it('leaves null and missing values to the rules', async () => {
    expect(decode(PlaceOrder, { ...ORDER, deliverAt: null })).to.have.property('deliverAt', null)
    const { details } = await thrown(() => decode(PlaceOrder, { ...ORDER, lines: null }))
    expect(details['errors']).to.deep.equal([
      { path: 'lines', constraints: { nestedValidation: 'nested property lines must be either object or array' } },
    ])
  })

  it('makes what it can of a class without rules', () => {
    expect(decode(Unruled, { anything: 1, more: 2 }))
      .to.be.instanceOf(Unruled)
      .and.deep.include({ anything: 1, more: 2 })
  })

  it('does not change the data', async () => {
    const data = structuredClone(ORDER)
    await decode(PlaceOrder, data)
    expect(data).to.deep.equal(ORDER)
  })
})

describe('data that break the contract', () => {
  const wrong: Record<string, readonly [data: unknown, path: string, constraint: string]> = {
    'no object at all': ['text', '', 'shape'],
    null: [null, '', 'shape'],
    'a list instead of an object': [[ORDER], '', 'shape'],
    'a text where a nested object belongs': [{ ...ORDER, lines: ['text'] }, 'lines[0]', 'shape'],
    'an object where a list belongs': [{ ...ORDER, lines: { 0: {} } }, 'lines', 'shape'],
    'a list where an object belongs': [
      { ...ORDER, lines: [{ ...ORDER.lines[0], price: [] }] },
      'lines[0].price',
      'shape',
    ],
    'a text that is no date': [{ ...ORDER, deliverAt: 'soon' }, 'deliverAt', 'date'],
    'a time without a zone': [{ ...ORDER, deliverAt: '2026-03-04T05:06:07' }, 'deliverAt', 'date'],
    'a day that no month has': [{ ...ORDER, deliverAt: '2026-02-31' }, 'deliverAt', 'date'],
    'an object where a date belongs': [{ ...ORDER, deliverAt: {} }, 'deliverAt', 'date'],
    'a number that no date can be': [{ ...ORDER, deliverAt: 9e15 }, 'deliverAt', 'date'],
    'a nested value against the rules': [
      { ...ORDER, lines: [{ ...ORDER.lines[0], quantity: 0 }] },
      'lines[0].quantity',
      'min',
    ],
  }
  for (const [words, [data, path, constraint]] of Object.entries(wrong)) {
    it(`are refused: ${words}`, async () => {
      const error = await thrown(() => decode(PlaceOrder, data))
      expect(error).to.include({ code: 'GULO_VALIDATION_FAILED', retryable: false })
      const [first] = error.details['errors'] as [{ path: string; constraints: object }]
      expect(first.path).to.equal(path)
      expect(first.constraints).to.have.property(constraint)
    })
  }

  it('are refused without an exception of another kind where a rule breaks on them', async () => {
    class Short {
      // A message of class-validator reads the length of null.
      @Length(undefined as never, 3) text: unknown = ''
    }
    expect(await thrown(() => decode(Short, { text: null }))).to.have.nested.property(
      'details.errors[0].constraints.rule',
    )
  })

  it('are told all at once, and at most a hundred', async () => {
    const lines = Array.from({ length: 300 }, () => 'text')
    const { details, message } = await thrown(() => decode(PlaceOrder, { ...ORDER, deliverAt: 'soon', lines }))
    expect(details['errors']).to.have.length(100)
    expect(details['total']).to.equal(301)
    expect(message.length).to.be.below(1000)
  })

  it('are refused when they are nested without end', async () => {
    class Tree {
      @IsOptional() @ValidateNested() @Type(() => Tree) child?: Tree
      @Allow() free?: unknown
    }
    const deep = (key: string) => {
      let data: object = {}
      for (let level = 0; level < 5000; level++) data = { [key]: data }
      return data
    }
    for (const key of ['child', 'free']) {
      expect(await thrown(() => decode(Tree, deep(key)))).to.have.nested.property('details.errors[0].constraints.depth')
    }
  })

  it('fail as they fail in the rules of the user, when those throw something else than a type error', async () => {
    @ValidatorConstraint({ async: true })
    class Unreachable {
      async validate() {
        throw new Error('database down')
      }
    }
    class Looked {
      @Validate(Unreachable) id: unknown = 1
    }
    let error: unknown
    try {
      await decode(Looked, { id: 2 })
    } catch (caught) {
      error = caught
    }
    expect(error).to.be.an('error').with.property('message', 'database down')
  })
})

describe('fields that the class does not know', () => {
  const data = { id: 'o-1', placedAt: '2026-03-04', added: { later: true } }

  it('are stripped by default, so that producers may add fields first', () => {
    expect(Object.keys(decode(OrderPlacedV1, data))).to.deep.equal(['id', 'placedAt'])
  })

  it('are kept where that is wanted', () => {
    expect(decode(OrderPlacedV1, data, { unknownKeys: 'keep' })).to.have.nested.property('added.later', true)
  })

  it('are refused where that is wanted', async () => {
    const { details } = await thrown(() => decode(OrderPlacedV1, data, { unknownKeys: 'refuse' }))
    expect(details['errors']).to.deep.equal([{ path: 'added', constraints: { unknownKey: 'added should not exist' } }])
  })

  it('never reach a prototype', async () => {
    const evil = json(
      '{"id":"o-1","placedAt":"2026-03-04","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
    )
    const stripped = decode(OrderPlacedV1, evil)
    expect(Object.getPrototypeOf(stripped)).to.equal(OrderPlacedV1.prototype)
    expect(stripped).to.not.have.property('admin')
    for (const unknownKeys of ['keep', 'refuse'] as const) {
      expect((await thrown(() => decode(OrderPlacedV1, evil, { unknownKeys }))).details['total']).to.equal(2)
    }
    expect({}).to.not.have.property('admin')
  })

  it('never reach a prototype by way of a value without a class', async () => {
    const evil = json('{"anything":[{"deep":{"__proto__":{"admin":true}}}]}')
    const { details } = await thrown(() => decode(Unruled, evil))
    expect(details['errors']).to.have.nested.property('[0].path', 'anything[0].deep')
  })

  it('do not replace methods and getters', async () => {
    class Person {
      @IsString() first = ''
      @IsString() get full() {
        return `${this.first}!`
      }
      greet() {
        return `hi ${this.full}`
      }
    }
    const person = decode(Person, { first: 'Ann', full: 'Eve', greet: 'no' }) as Person
    expect(person.greet()).to.equal('hi Ann!')
    expect(await thrown(() => decode(Person, { first: 'Ann', greet: 'no' }, { unknownKeys: 'keep' }))).to.be.an('error')
  })
})

describe('a class that uses more of class-transformer', () => {
  class Part {
    @IsDate() at!: Date
  }
  class Shaped {
    @IsString() @Transform(({ value }) => String(value).trim()) name!: string
    @IsInt() @Expose({ name: 'count' }) amount!: number
    @Exclude() secret?: string
    @IsDate() since!: Date
    @ValidateNested() @Type(() => Part) part!: Part
  }
  const data = { name: ' a ', count: 3, secret: 's', since: '2026-03-04', part: { at: '2026-03-04' }, more: 1 }

  it('is made by class-transformer, dates and unknown fields treated as ever', () => {
    const shaped = decode(Shaped, data) as Shaped
    expect(shaped).to.be.instanceOf(Shaped).and.include({ name: 'a', amount: 3 })
    expect(shaped.secret).to.equal(undefined)
    expect(shaped.since).to.deep.equal(new Date('2026-03-04'))
    expect(shaped.part.at).to.deep.equal(new Date('2026-03-04'))
    expect(shaped).to.not.have.property('more')
  })

  it('refuses unknown fields where that is wanted', async () => {
    expect(await thrown(() => decode(Shaped, data, { unknownKeys: 'refuse' }))).to.have.nested.property(
      'details.errors[0].path',
      'more',
    )
  })

  it('is refused when a transformation breaks on the data', async () => {
    class Split {
      @Allow() @Transform(({ value }) => value.split(',')) list!: string[]
    }
    expect(await thrown(() => decode(Split, { list: 5 }))).to.have.nested.property(
      'details.errors[0].constraints.transform',
    )
  })

  it('is made of sub-types by their discriminator, and the data stay as they are', () => {
    class Cat {
      @IsString() name!: string
    }
    class Owner {
      @ValidateNested()
      @Type(() => Cat, { discriminator: { property: 'kind', subTypes: [{ value: Cat, name: 'cat' }] } })
      pet!: Cat
    }
    const wire = { pet: { kind: 'cat', name: 'Tom' } }
    expect((decode(Owner, wire) as Owner).pet).to.be.instanceOf(Cat)
    expect(wire.pet.kind).to.equal('cat')
  })

  it('is refused when class-transformer makes a date of something else', async () => {
    class Dated {
      @Allow() @Type(() => Date) at!: Date
      @Allow() @Expose() other?: string
    }
    expect(await thrown(() => decode(Dated, { at: 'soon' }))).to.have.nested.property(
      'details.errors[0].constraints.date',
    )
  })
})

describe('a class that needs arguments', () => {
  it('is named, with the mend', async () => {
    class Needy {
      @IsString() name: string
      constructor(parts: { name: string }) {
        this.name = parts.name
      }
    }
    const error = await thrown(() => decode(Needy, { name: 'a' }))
    expect(error.code).to.equal('GULO_VALIDATION_CLASS')
    expect(error.message).to.match(/^Needy cannot be made without arguments: .* Give its constructor no parameters/)
  })
})
