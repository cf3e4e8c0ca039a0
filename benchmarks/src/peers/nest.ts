import type { LoadPeer, PeerVariant } from '../suite.js'

type Class = new (...parameters: never[]) => object
type Decorate = (target: Class) => void

interface Nest {
  readonly CqrsModule: { forRoot(): object }
  readonly CommandBus: Class
  readonly EventBus: Class
  CommandHandler(command: Class): Decorate
  EventsHandler(event: Class): Decorate
}

interface Application {
  get(token: Class): unknown
  init(): Promise<unknown>
}

const NAME = '@nestjs/cqrs'

/** `CommandBus.execute`. */
export async function nestExecute(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const { version, nest } = await loadNest(load)
  class Ping {
    constructor(readonly x: number) {}
  }
  class PingHandler {
    async execute(ping: Ping): Promise<number> {
      return ping.x
    }
  }
  nest.CommandHandler(Ping)(PingHandler)
  const application = await start(load, nest, [PingHandler])
  const bus = application.get(nest.CommandBus) as { execute(command: object): Promise<number> }
  const run = async (times: number) => {
    let sum = 0
    for (let index = 0; index < times; index++) sum += await bus.execute(new Ping(index))
    return sum
  }
  return { name: 'nest execute', peer: NAME, version, case: gulo, run }
}

/** `EventBus.publish` to one handler out of `types`. It cannot be awaited: a batch ends when all are handled. */
export async function nestPublish(load: LoadPeer, gulo: string, types: number): Promise<PeerVariant> {
  const { version, nest } = await loadNest(load)
  let handled = 0
  class Happened {
    constructor(readonly x: number) {}
  }
  class HappenedHandler {
    async handle(): Promise<void> {
      handled++
    }
  }
  nest.EventsHandler(Happened)(HappenedHandler)
  const others = Array.from({ length: types - 1 }, () => otherHandler(nest))
  const application = await start(load, nest, [HappenedHandler, ...others])
  const bus = application.get(nest.EventBus) as { publish(event: object): void }
  const run = async (times: number) => {
    const wanted = handled + times
    for (let index = 0; index < times; index++) {
      bus.publish(new Happened(index))
      // As any caller goes on to await something: events in flight that pile up would cost it much more.
      await Promise.resolve()
    }
    while (handled < wanted) await new Promise((resolve) => setImmediate(resolve))
  }
  return { name: `nest publish of ${types}`, peer: NAME, version, case: gulo, run }
}

function otherHandler(nest: Nest): Class {
  class Other {}
  class OtherHandler {
    async handle(): Promise<void> {}
  }
  nest.EventsHandler(Other)(OtherHandler)
  return OtherHandler
}

async function loadNest(load: LoadPeer): Promise<{ version: string; nest: Nest }> {
  await load('reflect-metadata')
  const { version, exports } = await load(NAME)
  return { version, nest: exports as Nest }
}

async function start(load: LoadPeer, nest: Nest, providers: readonly Class[]): Promise<Application> {
  const { Module } = (await load('@nestjs/common')).exports as { Module(metadata: object): Decorate }
  const { NestFactory } = (await load('@nestjs/core')).exports as {
    NestFactory: { createApplicationContext(module: Class, options: object): Promise<Application> }
  }
  class Root {}
  Module({ imports: [nest.CqrsModule.forRoot()], providers })(Root)
  const application = await NestFactory.createApplicationContext(Root, { logger: false })
  await application.init()
  return application
}
