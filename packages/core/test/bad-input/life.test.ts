import {
  Consumer,
  EventPublisher,
  type GuloError,
  handler,
  Mediator,
  memoryStore,
  memoryTransport,
  Relay,
  result,
  type Service,
  type StopOptions,
  type Transport,
  withIntegrationEvents,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { quietLogger } from '../support/scene.js'
import { expectFault, OrderPlacedV1, Place, Stage } from './stage.js'

interface Part {
  start(): unknown
  stop(options?: StopOptions): unknown
}

const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
const note = handler(OrderPlacedV1, () => undefined, { name: 'note' })
const parts: [string, (stage: Stage) => Part, string, RegExp, RegExp][] = [
  [
    'service',
    (stage) => stage.service({ handlers: [place] }),
    'GULO_NOT_STARTED',
    /^stop before the service ordering/,
    /The service ordering/,
  ],
  [
    'consumer',
    (stage) => consumer(stage),
    'GULO_NOT_STARTED',
    /^stop before the consumer inventory/,
    /The consumer inventory/,
  ],
  ['relay', () => new Relay({ outbox: memoryStore().outbox, publisher: memoryTransport() }), '', /./, /The relay/],
  ['memory transport', () => memoryTransport(), '', /./, /The memory transport/],
  [
    'event publisher',
    () => new EventPublisher({ transport: memoryTransport(), source: 's' }),
    '',
    /./,
    /The memory transport/,
  ],
]

function consumer(stage: Stage): Consumer {
  const transport = memoryTransport({ broker: stage.broker })
  void transport.start()
  return new Consumer({ transport, group: 'inventory' }).handle(OrderPlacedV1, () => undefined)
}

/** What it throws or rejects with. */
const fails = (run: () => unknown) => failure((async () => run())())

describe('the life of every part', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  for (const [name, make, code, early, itself] of parts) {
    it(
      code === '' ? `lets a ${name} be stopped that was never started` : `refuses to stop a ${name} before its start`,
      async () => {
        const part = make(stage)
        if (code === '') await part.stop()
        else expectFault(await fails(() => part.stop()), code, early)
      },
    )

    it(`refuses a second start of a ${name}, and leaves the first alone`, async () => {
      const part = make(stage)
      await part.start()
      expectFault(await fails(() => part.start()), 'GULO_ALREADY_STARTED', itself)
      await part.stop()
    })

    it(`stops a ${name} twice, at once and in turn, and does not start it again`, async () => {
      const part = make(stage)
      await part.start()
      await Promise.all([part.stop(), part.stop()])
      await part.stop()
      expectFault(
        await fails(() => part.start()),
        /relay|consumer/.test(name) ? 'GULO_ALREADY_STARTED' : 'GULO_STOPPED',
        itself,
      )
    })
  }

  it('refuses parts without options in one text', () => {
    for (const make of [
      () => new Consumer(undefined as never),
      () => new Relay(undefined as never),
      () => new EventPublisher(undefined as never),
      () => new Mediator(undefined as never),
      () => withIntegrationEvents(undefined as never, undefined as never),
    ]) {
      expect(make).to.throw().with.property('code', 'GULO_CONFIGURATION_INVALID')
    }
  })

  it('refuses the mediator of a service before its start, after a failed one, and after its stop', async () => {
    const transport = memoryTransport()
    const failing = Object.assign(transport, { start: () => Promise.reject(new Error('broker gone')) })
    const service = stage.service({ handlers: [place], transport: failing })
    expectFault(await fails(() => service.mediator), 'GULO_NOT_STARTED', /^mediator before the service ordering/)
    await failure(service.start())
    expectFault(await fails(() => service.mediator), 'GULO_NOT_STARTED')
    const running = await stage.start({ handlers: [place] })
    await running.stop()
    expectFault(await fails(() => running.mediator), 'GULO_STOPPED', /The service ordering has been stopped/)
  })
})

/** A transport whose first starts do as they are told, and that never starts again once it was stopped. */
function stubborn(stage: Stage, starts: (() => Promise<void>)[]): Transport & { readonly steps: string[] } {
  const transport = memoryTransport({ broker: stage.broker })
  const start = transport.start.bind(transport)
  const stop = transport.stop.bind(transport)
  const steps: string[] = []
  return Object.assign(transport, {
    steps,
    start: async () => {
      steps.push('start')
      await starts.shift()?.()
      await start()
    },
    stop: (options?: StopOptions) => {
      steps.push('stop')
      return stop(options)
    },
  })
}

describe('a start that fails', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  it('because the broker is not there yet may be tried again until it is', async () => {
    const away = () => Promise.reject(new Error('broker gone'))
    const service = stage.service({ handlers: [place], transport: stubborn(stage, [away, away]) })
    for (let attempt = 1; attempt <= 2; attempt++) {
      expectFault(
        await failure(service.start()),
        'GULO_START_FAILED',
        /^The service ordering could not start: broker gone\. /,
      )
    }
    await service.start()
    await service.mediator.send(Place.of({ orderId: '1' }))
    await stage.until('published')
  })

  it('because a subscription is refused undoes itself, and says what is spent when it is tried again', async () => {
    const transport = stubborn(stage, [])
    Object.assign(transport, { subscribe: () => Promise.reject(new Error('no such group')) })
    const service = stage.service({ handlers: [note], transport })
    expectFault(await failure(service.start()), 'GULO_START_FAILED', /no such group/)
    expect(transport.steps).to.deep.equal(['start', 'stop'])
    expect((await service.health()).state).to.equal('new')
    expectFault(await failure(service.start()), 'GULO_STOPPED', /The memory transport has been stopped. Make a new one/)
  })

  it('of a consumer because it is refused may be tried again', async () => {
    const transport = memoryTransport({ broker: stage.broker })
    await transport.start()
    const subscribe = transport.subscribe.bind(transport)
    let refusals = 1
    Object.assign(transport, {
      subscribe: (subscription: never) => {
        if (refusals-- > 0) throw new Error('no such group')
        return subscribe(subscription)
      },
    })
    const seen: string[] = []
    const each = new Consumer({ transport, group: 'inventory' }).handle(
      OrderPlacedV1,
      ({ orderId }) => void seen.push(orderId),
    )
    expect(await failure(each.start())).to.have.property('message', 'no such group')
    await each.start()
    await stage.start({ handlers: [place] }).then(({ mediator }) => mediator.send(Place.of({ orderId: '1' })))
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await each.stop()
    await transport.stop()
  })
})

describe('a stop during the start', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const held = () => {
    let release = () => undefined as void
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    return { gate, release: () => release() }
  }

  it('ends the start as soon as it can, undoes it, and leaves nothing running', async () => {
    const { gate, release } = held()
    const transport = stubborn(stage, [() => gate])
    const service = stage.service({ handlers: [place, note], transport })
    const starting = failure(service.start())
    await new Promise((resolve) => setImmediate(resolve))
    const stopping = service.stop()
    release()
    await stopping
    expectFault(await starting, 'GULO_STOPPED', /The service ordering has been stopped/)
    expect(transport.steps).to.deep.equal(['start', 'stop'])
    expect((await service.health()).state).to.equal('stopped')
    expectFault(await failure(service.start()), 'GULO_STOPPED')
  })

  it('starts nothing more', async () => {
    const { gate, release } = held()
    const transport = stubborn(stage, [])
    const service = stage.service({ handlers: [place], transport, store: { start: () => gate } })
    const starting = failure(service.start())
    await new Promise((resolve) => setImmediate(resolve))
    const stopping = service.stop()
    release()
    await stopping
    expectFault(await starting, 'GULO_STOPPED')
    expect(transport.steps).to.deep.equal([])
  })

  it('ends at its deadline where the start never ends', async () => {
    const service = stage.service({
      handlers: [place],
      transport: stubborn(stage, [() => new Promise(() => undefined)]),
    })
    void service.start()
    await new Promise((resolve) => setImmediate(resolve))
    expectFault(
      await failure(service.stop({ deadlineMs: 10 })),
      'GULO_STOP_DEADLINE',
      /within 10 ms: it is still starting/,
    )
  })

  it('is the outcome also where the start fails meanwhile', async () => {
    const { gate, release } = held()
    const service = stage.service({
      handlers: [place],
      transport: stubborn(stage, [() => gate.then(() => Promise.reject(new Error('gone')))]),
    })
    const starting = failure(service.start())
    await new Promise((resolve) => setImmediate(resolve))
    const stopping = service.stop()
    release()
    await stopping
    expectFault(await starting, 'GULO_START_FAILED', /gone/)
    expect((await service.health()).state).to.equal('stopped')
  })
})

describe('a stop while there is work', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const sendOne = async (orderId = '1') => {
    const ordering = await stage.start({ handlers: [place] })
    await ordering.mediator.send(Place.of({ orderId }))
  }

  it('does not wait for the next attempt of a message that fails', async () => {
    const { anyError, failurePolicy, fixed } = await import('@gulo/core')
    const policy = failurePolicy(anyError().retry(9, fixed('1h')))
    const inventory = await stage.far(() => Promise.reject(new Error('not yet')), { policy })
    await sendOne()
    await stage.until('retried')
    await inventory.stop()
    expect(stage.of('dead-lettered')).to.have.length(0)
    await stage.far()
    await stage.until('handled')
  })

  it('does not wait for a handler that is disabled, and loses none of its messages', async () => {
    const inventory = await stage.far()
    inventory.disable('reserve')
    await sendOne()
    await stage.until('redelivery')
    await inventory.stop()
    await stage.far()
    await stage.until('handled')
  })

  it('asked for by a handler of the service ends at its deadline, and the message is delivered again', async () => {
    let service: Service | undefined
    let said: unknown
    service = await stage.far(async () => {
      said = await failure(service?.stop({ deadlineMs: 20 }) as Promise<void>)
      throw said
    })
    await sendOne()
    await stage.when(() => said !== undefined || stage.of('redelivery').length > 0)
    expectFault(said, 'GULO_STOP_DEADLINE', /The consumer inventory .*1 messages in flight|subscription of inventory/)
    await stage.far()
    await stage.until('handled')
  })

  it('leaves events that are being published with the caller, if the broker does not take them', async () => {
    const transport = memoryTransport({ broker: stage.broker })
    const publish = transport.publish.bind(transport)
    let begun = () => undefined as void
    const publishing = new Promise<void>((resolve) => {
      begun = resolve
    })
    let stopped: Promise<void> | undefined
    Object.assign(transport, {
      publish: async (envelopes: never) => {
        begun()
        await stopped
        await publish(envelopes)
      },
    })
    const service = await stage.start({ handlers: [place], transport })
    const sending = failure(service.mediator.send(Place.of({ orderId: '1' })))
    stopped = publishing.then(() => service.stop())
    const error = (await sending) as GuloError
    expectFault(error, 'GULO_PUBLISH_FAILED', /The memory transport has been stopped/)
    expect(error.details['unsent']).to.have.length(1)
  })

  it('hands out no due message before the consumers have started, and none after they have stopped', async () => {
    const { anyError, failurePolicy } = await import('@gulo/core')
    const store = memoryStore()
    const policy = failurePolicy(anyError().schedule(['1ms']))
    const lines: string[] = []
    const logger = { ...quietLogger, error: (text: string) => void lines.push(text) }
    const inventory = await stage.far(() => Promise.reject(new Error('not yet')), { store, policy })
    await sendOne()
    await stage.until('rescheduled')
    await inventory.stop()
    const transport = memoryTransport({ broker: stage.broker })
    const subscribe = transport.subscribe.bind(transport)
    Object.assign(transport, {
      subscribe: async (subscription: never) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        return subscribe(subscription)
      },
    })
    await stage.far(() => undefined, { store, policy, transport, logger })
    await stage.until('handled')
    expect(lines).to.deep.equal([])
  })
})
