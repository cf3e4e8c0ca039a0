import type { LoadPeer, PeerVariant } from '../suite.js'

type Decorate = (target: new () => object) => void

interface Mediatr {
  readonly RequestData: new () => object
  readonly NotificationData: new () => object
  requestHandler(request: new (x: number) => object): Decorate
  notificationHandler(notification: new (x: number) => object): Decorate
  pipelineBehavior(): Decorate
  readonly Mediator: new () => { send(request: object): Promise<number>; publish(notification: object): Promise<void> }
}

const NAME = 'mediatr-ts'

/** A request to its handler. */
export async function mediatrSend(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const { version, exports } = await load(NAME)
  const { RequestData, requestHandler, Mediator } = exports as Mediatr
  class Ping extends RequestData {
    constructor(readonly x: number) {
      super()
    }
  }
  class PingHandler {
    async handle(ping: Ping): Promise<number> {
      return ping.x
    }
  }
  requestHandler(Ping)(PingHandler)
  const mediator = new Mediator()
  const run = async (times: number) => {
    let sum = 0
    for (let index = 0; index < times; index++) sum += await mediator.send(new Ping(index))
    return sum
  }
  return { name: 'mediatr-ts send', peer: NAME, version, case: gulo, run }
}

/** The same through three behaviours, each awaiting the next. */
export async function mediatrBehaviours(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const { exports } = await load(NAME)
  const { pipelineBehavior } = exports as Mediatr
  for (let count = 0; count < 3; count++) {
    class Through {
      async handle(_request: object, next: () => unknown): Promise<unknown> {
        return await next()
      }
    }
    pipelineBehavior()(Through)
  }
  return { ...(await mediatrSend(load, gulo)), name: 'mediatr-ts behaviours' }
}

/** A notification to one handler. */
export async function mediatrPublish(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const { version, exports } = await load(NAME)
  const { NotificationData, notificationHandler, Mediator } = exports as Mediatr
  class Happened extends NotificationData {
    constructor(readonly x: number) {
      super()
    }
  }
  let seen = 0
  class HappenedHandler {
    async handle(event: Happened): Promise<void> {
      seen += event.x
    }
  }
  notificationHandler(Happened)(HappenedHandler)
  const mediator = new Mediator()
  const run = async (times: number) => {
    for (let index = 0; index < times; index++) await mediator.publish(new Happened(index))
    return seen
  }
  return { name: 'mediatr-ts publish', peer: NAME, version, case: gulo, run }
}
