import type { LoadPeer, PeerVariant } from '../suite.js'

type Message = { readonly type: string; readonly data: { readonly x: number } }

interface Bus {
  handle(handler: (message: Message) => Promise<unknown>, ...types: string[]): void
  subscribe(handler: (message: Message) => Promise<unknown>, ...types: string[]): void
  send(message: Message): Promise<void>
  publish(message: Message): Promise<void>
}

const NAME = '@event-driven-io/emmett'

/** A command over the in-memory bus. */
export async function emmettSend(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const { version, exports } = await load(NAME)
  const bus = (exports as { getInMemoryMessageBus(): Bus }).getInMemoryMessageBus()
  bus.handle(async (message) => message.data.x, 'ping')
  const run = async (times: number) => {
    for (let index = 0; index < times; index++) await bus.send({ type: 'ping', data: { x: index } })
  }
  return { name: 'emmett send', peer: NAME, version, case: gulo, run }
}

/** An event over the in-memory bus, to one subscriber. */
export async function emmettPublish(load: LoadPeer, gulo: string): Promise<PeerVariant> {
  const { version, exports } = await load(NAME)
  const bus = (exports as { getInMemoryMessageBus(): Bus }).getInMemoryMessageBus()
  bus.subscribe(async (message) => message.data.x, 'happened')
  const run = async (times: number) => {
    for (let index = 0; index < times; index++) await bus.publish({ type: 'happened', data: { x: index } })
  }
  return { name: 'emmett publish', peer: NAME, version, case: gulo, run }
}
