import {
  Command,
  Contract,
  ContractRegistry,
  contractOf,
  DomainEvent,
  IntegrationEvent,
  reverseDnsNaming,
} from '@gulo/core'
import { expect } from 'chai'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}

describe('a contract on a class', () => {
  it('knows its type, key, aggregate type and data version', () => {
    const contract = contractOf(OrderPlacedV1)
    expect(contract).to.include({ type: 'ordering.order.placed.v1', aggregateType: 'order', dataVersion: '1.0' })
    expect(contract?.key?.(OrderPlacedV1.of({ orderId: 'o-1' }))).to.equal('o-1')
  })

  it('takes a function as key, so that a tenant can decide the partition', () => {
    @Contract('ordering.order.moved.v2', {
      key: (event: Moved) => `${event.tenant}/${event.orderId}`,
      aggregateType: 'cart',
      dataVersion: '2.3',
    })
    class Moved extends IntegrationEvent {
      readonly tenant!: string
      readonly orderId!: number
    }
    const contract = contractOf(Moved)
    expect(contract?.key?.(Moved.of({ tenant: 'acme', orderId: 7 }))).to.equal('acme/7')
    expect(contract).to.include({ aggregateType: 'cart', dataVersion: '2.3' })
  })

  it('writes numbers as text and takes a missing key for none', () => {
    @Contract('a.b.c.v1', { key: 'number' })
    class Numbered extends IntegrationEvent {
      readonly number?: number
    }
    expect(contractOf(Numbered)?.key?.(Numbered.of({ number: 7 }))).to.equal('7')
    expect(contractOf(Numbered)?.key?.(Numbered.of({}))).to.equal(undefined)
  })

  it('refuses a key that is neither text nor number', () => {
    @Contract('a.b.c.v1', { key: 'list' })
    class Listed extends IntegrationEvent {
      readonly list!: string[]
    }
    expect(() => contractOf(Listed)?.key?.(Listed.of({ list: [] }))).to.throw(/The key of Listed is an array/)
  })

  it('does not compile with a key that is no field', () => {
    // @ts-expect-error the class has no field nope
    @Contract('a.b.c.v1', { key: 'nope' })
    class Wrong extends IntegrationEvent {}
    // @ts-expect-error the function is for another class
    @Contract('a.b.c.v1', { key: (event: OrderPlacedV1) => event.orderId })
    class Foreign extends IntegrationEvent {}
    expect([Wrong, Foreign]).to.have.length(2)
  })

  it('is not inherited', () => {
    class Derived extends OrderPlacedV1 {}
    expect(contractOf(Derived)).to.equal(undefined)
  })

  it('refuses a class that is no message', () => {
    class Thing {}
    expect(() => Contract('a.b.c.v1')(Thing as never))
      .to.throw()
      .with.property('code', 'GULO_NOT_A_MESSAGE_CLASS')
  })
})

describe('a registry of contracts', () => {
  it('finds a class by its wire type', () => {
    const registry = new ContractRegistry()
    registry.register(OrderPlacedV1)
    registry.register(OrderPlacedV1)
    expect(registry.find('ordering.order.placed.v1')?.messageClass).to.equal(OrderPlacedV1)
    expect(registry.find('ordering.order.placed.v2')).to.equal(undefined)
    expect(registry.list()).to.have.length(1)
  })

  it('refuses a type that two classes claim, naming both', () => {
    @Contract('ordering.order.placed.v1')
    class Twin extends IntegrationEvent {}
    const registry = new ContractRegistry()
    registry.register(OrderPlacedV1)
    expect(() => registry.register(Twin))
      .to.throw(/claimed by OrderPlacedV1 and by Twin/)
      .with.property('code', 'GULO_CONTRACT_DUPLICATE')
  })

  it('refuses a class without a contract', () => {
    class None extends IntegrationEvent {}
    expect(() => new ContractRegistry().register(None))
      .to.throw()
      .with.property('code', 'GULO_CONTRACT_MISSING')
    expect(() => new ContractRegistry().register(undefined as never))
      .to.throw()
      .with.property('code', 'GULO_CONTRACT_MISSING')
  })

  for (const type of [
    '',
    'OrderPlaced',
    'ordering.Order.placed.v1',
    'ordering.order.placed',
    'ordering.placed.v1',
    'ordering.order.placed.v0',
    'a b.c.d.v1',
    'a..b.c.v1',
    '__proto__',
    'ordering.order.placed.v1 ',
  ]) {
    it(`refuses the badly named type ${JSON.stringify(type)}`, () => {
      expect(() => {
        @Contract(type)
        class Bad extends IntegrationEvent {}
        new ContractRegistry().register(Bad)
      })
        .to.throw()
        .with.property('code', 'GULO_CONTRACT_NAME')
    })
  }

  it('takes reverse DNS names with a semantic version, by policy', () => {
    @Contract('com.acme.invite.created', { dataVersion: '1.2' })
    class Invited extends IntegrationEvent {}
    @Contract('com.acme.invite.dropped')
    class Unversioned extends IntegrationEvent {}
    const registry = new ContractRegistry({ naming: reverseDnsNaming })
    expect(registry.register(Invited).dataVersion).to.equal('1.2')
    expect(() => registry.register(Unversioned)).to.throw(/semantic dataVersion/)
    expect(() => new ContractRegistry().register(Invited)).to.throw(/domain\.entity\.event\.vN/)
  })
})

describe('making a message of data', () => {
  class Rename extends Command {
    readonly name!: string
    readonly note?: string
  }

  it('assigns the fields after construction, so that field definitions do not erase them', () => {
    const message = Rename.of({ name: 'x' })
    expect(message).to.be.instanceOf(Rename).and.to.include({ name: 'x' })
  })

  it('does not compile without a required field', () => {
    // @ts-expect-error name is missing
    Rename.of({})
    // @ts-expect-error name is a text
    Rename.of({ name: 1 })
  })

  it('is not for classes whose constructor has parameters', () => {
    class Moved extends DomainEvent {
      constructor(readonly to: string) {
        super()
      }
    }
    // @ts-expect-error use new
    Moved.of({ to: 'x' })
  })

  for (const [what, data] of [
    ['null', null],
    ['a text', 'x'],
    ['an array', []],
    ['undefined', undefined],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => Rename.of(data as never))
        .to.throw()
        .with.property('code', 'GULO_PAYLOAD_INVALID')
    })
  }

  it('refuses a prototype key', () => {
    expect(() => Rename.of(JSON.parse('{"name":"x","__proto__":{"admin":true}}'))).to.throw(/a key __proto__/)
  })
})
