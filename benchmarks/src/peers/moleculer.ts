import type { LoadPeer, PeerVariant } from '../suite.js'

interface Context {
  readonly params: { readonly x: number }
}

type Action = (context: Context) => Promise<unknown>

interface Broker {
  createService(schema: object): void
  start(): Promise<void>
  call(action: string, params: object): Promise<number>
  emit(event: string, payload: object): Promise<void>
}

const NAME = 'moleculer'

/** A local action. */
export async function moleculerCall(
  load: LoadPeer,
  gulo: string,
  middlewares: readonly object[] = [],
): Promise<PeerVariant> {
  const { version, broker } = await startBroker(load, middlewares)
  const run = async (times: number) => {
    let sum = 0
    for (let index = 0; index < times; index++) sum += await broker.call('pings.ping', { x: index })
    return sum
  }
  return { name: 'moleculer call', peer: NAME, version, case: gulo, run }
}

/** The same through three middlewares, each awaiting the next. */
export async function moleculerMiddleware(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const through = () => ({ localAction: (next: Action) => async (context: Context) => await next(context) })
  return { ...(await moleculerCall(load, gulo, [through(), through(), through()])), name: 'moleculer middleware' }
}

/** A local event to one handler. */
export async function moleculerEmit(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const { version, broker } = await startBroker(load, [])
  const run = async (times: number) => {
    for (let index = 0; index < times; index++) await broker.emit('happened', { x: index })
  }
  return { name: 'moleculer emit', peer: NAME, version, case: gulo, run }
}

async function startBroker(
  load: LoadPeer,
  middlewares: readonly object[],
): Promise<{ version: string; broker: Broker }> {
  const { version, exports } = await load(NAME)
  const { ServiceBroker } = exports as { ServiceBroker: new (options: object) => Broker }
  const broker = new ServiceBroker({ logger: false, middlewares })
  let seen = 0
  broker.createService({
    name: 'pings',
    actions: { ping: async (context: Context) => context.params.x },
    events: { happened: async (context: Context) => void (seen += context.params.x) },
  })
  await broker.start()
  return { version, broker }
}
