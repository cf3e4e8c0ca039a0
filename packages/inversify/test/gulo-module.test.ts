import 'reflect-metadata'
import { Command, type Dispatcher, DomainEvent, Handles, handler, type Result, result, Service } from '@gulo/core'
import { guloModule, MEDIATOR } from '@gulo/inversify'
import { expect } from 'chai'
import { Container, inject, injectable } from 'inversify'

class Place extends Command<Result<string>> {
  readonly orderId!: string
}
class Count extends Command<number> {}
class Twice extends Command<string> {}
class Placed extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}

@injectable()
class Orders {
  readonly ids: string[] = []
}

@injectable()
@Handles(Place)
class PlaceHandler {
  constructor(private readonly orders: Orders) {}
  async handle({ orderId }: Place) {
    this.orders.ids.push(orderId)
    return result(orderId, new Placed(orderId))
  }
}

@injectable()
@Handles(Count)
class CountHandler {
  static made = 0
  private readonly number = ++CountHandler.made
  constructor(private readonly orders: Orders) {}
  async handle() {
    return this.number * 100 + this.orders.ids.length
  }
}

@injectable()
@Handles(Twice)
class TwiceHandler {
  constructor(@inject(MEDIATOR) private readonly mediator: Dispatcher) {}
  async handle() {
    await this.mediator.send(Place.of({ orderId: 'a' }))
    const { value } = await this.mediator.send(Place.of({ orderId: 'b' }))
    return value
  }
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function containerOf(
  options: Partial<Parameters<typeof guloModule>[0]> = {},
  prepare?: (container: Container) => void,
): Container {
  const container = new Container()
  container.bind(Orders).toSelf().inSingletonScope()
  prepare?.(container)
  container.load(
    guloModule({ name: 'ordering', handlers: [PlaceHandler, CountHandler, TwiceHandler], logger: quiet, ...options }),
  )
  return container
}

describe('a service in a container', () => {
  it('takes its handlers with their dependencies from the container', async () => {
    const container = containerOf()
    const service = await container.get(Service).start()
    expect(container.get(Service)).to.equal(service)
    const { value } = await container.get(MEDIATOR).send(Place.of({ orderId: 'o-1' }))
    expect(value).to.equal('o-1')
    expect(container.get(Orders).ids).to.deep.equal(['o-1'])
    await service.stop()
  })

  it('makes each handler once', async () => {
    CountHandler.made = 0
    const service = await containerOf().get(Service).start()
    expect(await service.mediator.send(Count.of({}))).to.equal(100)
    expect(await service.mediator.send(Count.of({}))).to.equal(100)
    await service.stop()
  })

  it('makes a transient handler for each message', async () => {
    CountHandler.made = 0
    const service = await containerOf({ transient: [CountHandler] })
      .get(Service)
      .start()
    expect(await service.mediator.send(Count.of({}))).to.equal(100)
    expect(await service.mediator.send(Count.of({}))).to.equal(200)
    await service.stop()
  })

  it('keeps the binding that the application has made', async () => {
    CountHandler.made = 0
    const container = containerOf({}, (own) => own.bind(CountHandler).toSelf().inTransientScope())
    const service = await container.get(Service).start()
    await service.mediator.send(Count.of({}))
    expect(await service.mediator.send(Count.of({}))).to.equal(200)
    await service.stop()
  })

  it('gives handlers a mediator, although the service needs the handlers', async () => {
    const container = containerOf()
    const service = await container.get(Service).start()
    expect(await service.mediator.send(Twice.of({}))).to.equal('b')
    expect(container.get(Orders).ids).to.deep.equal(['a', 'b'])
    await service.stop()
  })

  it('still takes functions and instances', async () => {
    const container = containerOf({ handlers: [handler(Count, () => 7), new PlaceHandler(new Orders())] })
    const service = await container.get(Service).start()
    expect(await service.mediator.send(Count.of({}))).to.equal(7)
    await service.stop()
  })

  it('says so when the mediator is used before the service is made or started', async () => {
    const container = containerOf()
    const code = async () =>
      container
        .get(MEDIATOR)
        .send(Count.of({}))
        .then(
          () => undefined,
          (error: { code: string }) => error.code,
        )
    expect(await code()).to.equal('GULO_SERVICE_NOT_MADE')
    container.get(Service)
    expect(await code()).to.equal('GULO_NOT_STARTED')
  })

  it('finds a handler whose dependency is missing at start, not at the first message', async () => {
    const container = new Container()
    container.load(guloModule({ name: 'ordering', handlers: [PlaceHandler], logger: quiet }))
    const error = await container
      .get(Service)
      .start()
      .then(
        () => undefined,
        (caught: Error) => caught,
      )
    expect(error).to.have.property('code', 'GULO_START_FAILED')
    expect(error?.message).to.contain('Orders')
  })
})
