import { type Call, Command, Handles, type Hooks, Mediator, type Message, type Next } from '@gulo/core'
import { mediatrBehaviours } from '../peers/mediatr.js'
import { moleculerMiddleware } from '../peers/moleculer.js'
import type { Group } from '../suite.js'

class Ping extends Command<number> {
  constructor(readonly x: number) {
    super()
  }
}

@Handles(Ping)
class PingHandler {
  async handle(ping: Ping): Promise<number> {
    return ping.x
  }
}

/** Three wrappers as applications write them, each an async function that awaits the next. */
export const wrappers: Group = {
  name: 'wrappers',
  async prepare() {
    const direct = new PingHandler()
    const first = async (call: Call, next: Next) => await next(call)
    const second = async (call: Call, next: Next) => await next(call)
    const third = async (call: Call, next: Next) => await next(call)
    const mediator = new Mediator({ handlers: [PingHandler], middleware: [first, second, third] })
    return [
      {
        name: 'raw',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) sum += await direct.handle(new Ping(index))
          return sum
        },
      },
      {
        name: 'send',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) sum += await mediator.send(new Ping(index))
          return sum
        },
      },
    ]
  },
  peers: async (load) => [
    await mediatrBehaviours(load, 'send, 3 wrappers'),
    await moleculerMiddleware(load, 'send, 3 wrappers'),
  ],
}

/** Three hooks that wait for nothing: all before the handler, and all after it. */
export const hooks: Group = {
  name: 'hooks',
  async prepare() {
    const direct = new PingHandler()
    let seen = 0
    const look = (message: Message) => void (seen += (message as Ping).x & 1)
    const before: Hooks[] = [1, 2, 3].map(() => ({ before: look }))
    const after: Hooks[] = [1, 2, 3].map(() => ({ after: look }))
    const checking = new Mediator({ handlers: [PingHandler], middleware: before })
    const following = new Mediator({ handlers: [PingHandler], middleware: after })
    return [
      {
        name: 'raw',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) sum += await direct.handle(new Ping(index))
          return sum
        },
      },
      {
        name: 'before',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) sum += await checking.send(new Ping(index))
          return sum
        },
      },
      {
        name: 'after',
        async run(times) {
          let sum = seen
          for (let index = 0; index < times; index++) sum += await following.send(new Ping(index))
          return sum
        },
      },
    ]
  },
}
