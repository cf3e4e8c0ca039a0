import {
  Command,
  type ContextOptions,
  createService,
  Handles,
  handler,
  memoryStore,
  Query,
  type Result,
  result,
  type ServiceOptions,
  type Wrapper,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { expectFault, OrderPlaced, OrderPlacedV1, Place, Stage } from './stage.js'

class Unhandled extends Command {}
class Find extends Query<string> {}

const place = handler(Place, ({ orderId }) => result(orderId), { name: 'place' })
const anything = (value: unknown) => value as never

describe('bad input to a service', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  describe('with bad handlers does not start', () => {
    class WithoutNote {
      handle() {}
    }
    @Handles(Unhandled)
    class WithoutMethod {
      declare handle: () => void
    }
    @Handles(undefined as never)
    class OfUndefined {
      handle() {}
    }
    @Handles(Unhandled)
    class CannotBeMade {
      constructor() {
        throw new Error('the database is away')
      }
      handle() {}
    }
    const cases: [string, unknown, string, RegExp][] = [
      ['undefined in the list', undefined, 'GULO_HANDLER_INVALID', /it is undefined/],
      ['a class without @Handles', WithoutNote, 'GULO_HANDLER_INVALID', /WithoutNote .*no @Handles/],
      ['a class without a handle method', WithoutMethod, 'GULO_HANDLER_INVALID', /WithoutMethod .*no handle method/],
      ['no function', handler(Place, anything(undefined)), 'GULO_HANDLER_INVALID', /no handle method/],
      ['no message', OfUndefined, 'GULO_NOT_A_MESSAGE_CLASS', /found undefined\. It is what OfUndefined is to handle/],
      [
        'a class that is no message',
        handler(anything(Map), () => undefined, { name: 'odd' }),
        'GULO_NOT_A_MESSAGE_CLASS',
        /found the function Map\. It is what odd is to handle/,
      ],
      [
        'a second handler of a command',
        handler(Place, () => result(''), { name: 'again' }),
        'GULO_HANDLER_DUPLICATE',
        /place, again/,
      ],
      [
        'a second handler of a query',
        [handler(Find, () => ''), handler(Find, () => '')],
        'GULO_HANDLER_DUPLICATE',
        /Find is a query/,
      ],
      [
        'a class that cannot be made',
        CannotBeMade,
        'GULO_START_FAILED',
        /^The service ordering could not start: the database is away\. /,
      ],
    ]
    for (const [what, source, code, text] of cases) {
      it(`because of ${what}`, async () => {
        const handlers = anything([place, source].flat())
        expectFault(await failure(stage.service({ handlers }).start()), code, text)
      })
    }

    it('and tells of all of them at once', async () => {
      const handlers = anything([place, place, undefined, WithoutNote])
      const error = await failure(stage.service({ handlers }).start())
      expectFault(error, 'GULO_CONFIGURATION_INVALID', /3 faults.*undefined.*WithoutNote.*more than one handler/)
    })
  })

  describe('without options', () => {
    const cases: [string, unknown, RegExp][] = [
      ['none', undefined, /options is undefined/],
      ['null', null, /options is null/],
      ['text', 'ordering', /options is a string/],
      ['an empty object', {}, /2 faults: name is .*handlers is/],
      ['a depth that is no number', { name: 'a', handlers: [], maxEventDepth: Number.NaN }, /maxEventDepth is NaN/],
      ['a misspelt order', { name: 'a', handlers: [], ordering: 'strickt' }, /ordering is "strickt"/],
      [
        'a misspelt treatment of unknown types',
        { name: 'a', handlers: [], unknownTypes: 'drop' },
        /unknownTypes is "drop"/,
      ],
    ]
    for (const [what, options, text] of cases) {
      it(`is refused when they are ${what}`, () => {
        expectFault(
          thrownBy(() => createService(anything(options))),
          'GULO_CONFIGURATION_INVALID',
          text,
        )
      })
    }
  })

  for (const [wiring, options] of [
    ['that is alone', { transport: undefined }],
    ['that publishes directly', {}],
    ['with an outbox', { store: 'memory' }],
  ] as const) {
    describe(`${wiring}`, () => {
      const start = () =>
        stage.start({
          ...(options as Partial<ServiceOptions>),
          ...('store' in options && { store: memoryStore() }),
          handlers: [place],
        })

      const sent: [string, unknown, string, RegExp][] = [
        ['nothing', undefined, 'GULO_NOT_A_MESSAGE', /^send got undefined,/],
        ['null', null, 'GULO_NOT_A_MESSAGE', /^send got null,/],
        ['a text', 'Place', 'GULO_NOT_A_MESSAGE', /^send got a string,/],
        ['a symbol', Symbol('x'), 'GULO_NOT_A_MESSAGE', /^send got a symbol,/],
        ['a plain object', { orderId: '1' }, 'GULO_NOT_A_MESSAGE', /^send got a plain object,/],
        ['an object without a prototype', Object.create(null), 'GULO_NOT_A_MESSAGE', /^send got a plain object,/],
        ['a list', [], 'GULO_NOT_A_MESSAGE', /^send got an array,/],
        ['the class', Place, 'GULO_NOT_A_MESSAGE', /^send got the function Place,/],
        [
          'a domain event',
          OrderPlaced.of({ orderId: '1' }),
          'GULO_WRONG_KIND',
          /^send got OrderPlaced, which is a domain event/,
        ],
        [
          'an integration event',
          OrderPlacedV1.of({ orderId: '1' }),
          'GULO_WRONG_KIND',
          /which is an integration event/,
        ],
        ['a command without a handler', Unhandled.of({}), 'GULO_HANDLER_NOT_FOUND', /No handler for Unhandled/],
      ]
      for (const [what, message, code, text] of sent) {
        it(`refuses to send ${what}`, async () => {
          const service = await start()
          expectFault(await failure(service.mediator.send(anything(message))), code, text)
        })
      }

      const published: [string, unknown, string, RegExp][] = [
        ['nothing', undefined, 'GULO_NOT_A_MESSAGE', /^publish got undefined,/],
        ['a plain object', {}, 'GULO_NOT_A_MESSAGE', /^publish got a plain object,/],
        ['an object without a prototype', Object.create(null), 'GULO_NOT_A_MESSAGE', /^publish got a plain object,/],
        ['a command', Place.of({ orderId: '1' }), 'GULO_WRONG_KIND', /^publish got Place, which is a command/],
      ]
      for (const [what, event, code, text] of published) {
        it(`refuses to publish ${what}`, async () => {
          const service = await start()
          expectFault(await failure(service.mediator.publish(anything(event))), code, text)
        })
      }
    })
  }

  describe('as data of a message', () => {
    const cases: [string, unknown, RegExp][] = [
      ['null', null, /data of Place is null/],
      ['a text', 'x', /is a string/],
      ['a list', [], /is an array/],
      ['a key __proto__', JSON.parse('{"__proto__":{"admin":true}}'), /an object with a key __proto__/],
      ['a key constructor', { constructor: 'x' }, /an object with a key constructor/],
    ]
    for (const [what, data, text] of cases) {
      it(`is refused when it is ${what}`, () => {
        expectFault(
          thrownBy(() => Place.of(anything(data))),
          'GULO_PAYLOAD_INVALID',
          text,
        )
        expect((Object.prototype as { admin?: boolean }).admin).to.equal(undefined)
      })
    }
  })

  describe('as options of send', () => {
    const cases: [string, ContextOptions, RegExp][] = [
      ['a correlation id that is a number', { correlationId: anything(5) }, /correlationId is a number/],
      ['a message id with a line break', { messageId: 'a\nb' }, /messageId has a control character/],
      ['a tenant of one megabyte', { tenantId: 'x'.repeat(1_000_000) }, /tenantId has 1000000 characters/],
      ['half a surrogate pair', { causationId: '\ud800' }, /causationId has a control character or half/],
    ]
    for (const [what, options, text] of cases) {
      it(`refuses ${what} before the handler runs`, async () => {
        let handled = 0
        const counting = handler(Place, ({ orderId }) => {
          handled++
          return result(orderId, OrderPlacedV1.of({ orderId }))
        })
        for (const store of [undefined, memoryStore()]) {
          const service = await stage.start({ handlers: [counting], ...(store && { store }) })
          expectFault(
            await failure(service.mediator.send(Place.of({ orderId: '1' }), options)),
            'GULO_CONTEXT_INVALID',
            text,
          )
        }
        expect(handled).to.equal(0)
      })
    }
  })
})

describe('a middleware that misbehaves', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const never: Wrapper = () => 'nothing'
  const twice: Wrapper = async (call, next) => [await next(call), await next(call)]
  const without: Wrapper = (_call, next) => next(undefined as never)
  const cases: [string, unknown, string, RegExp][] = [
    ['never calls next', never, 'GULO_NEXT_NOT_CALLED', /never ended without calling next for Place/],
    ['calls next twice', twice, 'GULO_NEXT_CALLED_TWICE', /twice called next twice for Place/],
    ['calls next without the call', without, 'GULO_NEXT_WRONG_CALL', /called next with undefined/],
    ['is nothing', undefined, 'GULO_MIDDLEWARE_INVALID', /number 0 is undefined/],
    ['is an empty object', {}, 'GULO_MIDDLEWARE_INVALID', /number 0 is a plain object/],
  ]
  for (const [what, middleware, code, text] of cases) {
    it(`because it ${what} fails the message, and nothing is published`, async () => {
      const placing = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
      const send = async () => {
        const service = await stage.start({ handlers: [placing], middleware: [middleware as never] })
        return service.mediator.send(Place.of({ orderId: '1' }))
      }
      expectFault(await failure(send()), code, text)
      expect(stage.broker.messages('ordering.order.placed.v1')).to.have.length(0)
    })
  }
})

describe('a handler that returns garbage among its events', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const event = OrderPlacedV1.of({ orderId: '1' })
  const cases: [string, unknown, RegExp][] = [
    ['a plain object', { value: '', domainEvents: [{ orderId: '1' }] }, /returned a plain object/],
    ['nothing', { value: '', domainEvents: [undefined] }, /returned undefined/],
    ['a text for a list', { value: '', integrationEvents: 'OrderPlacedV1' }, /returned a string/],
    ['null for a list', { value: '', domainEvents: null }, /returned null/],
    ['an event of the other kind', { value: '', domainEvents: [event] }, /returned an instance of OrderPlacedV1/],
    ['a command', { value: '', integrationEvents: [Place.of({ orderId: '1' })] }, /an instance of Place/],
    ['a class', { value: '', integrationEvents: [OrderPlacedV1] }, /the function OrderPlacedV1/],
    ['a good one and a bad one', { value: '', integrationEvents: [event, 5] }, /returned a number/],
  ]
  for (const [what, returned, text] of cases) {
    for (const stored of [false, true]) {
      it(`such as ${what} is told so, ${stored ? 'rolled back' : 'and nothing is published'}`, async () => {
        const store = memoryStore()
        const odd = handler(Place, () => returned as Result<string>, { name: 'odd' })
        const service = await stage.start({ handlers: [odd], ...(stored && { store }) })
        expectFault(await failure(service.mediator.send(Place.of({ orderId: '1' }))), 'GULO_EVENTS_INVALID', text)
        expect((await store.outbox.pending()).count).to.equal(0)
        expect(stage.broker.messages('ordering.order.placed.v1')).to.have.length(0)
      })
    }
  }

  it('through result() is told so', () => {
    expectFault(
      thrownBy(() => result('', { orderId: '1' } as never)),
      'GULO_EVENTS_INVALID',
      /a plain object/,
    )
  })
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('expected it to throw')
}
