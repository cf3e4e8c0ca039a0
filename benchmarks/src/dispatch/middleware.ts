import { type Call, Command, Handles, type Hooks, Mediator, type Next } from '@gulo/core'
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

/** Three hooks that run before the handler and wait for nothing. */
export const hooks: Group = {
  name: 'hooks',
  async prepare() {
    const direct = new PingHandler()
    let seen = 0
    const first: Hooks = { before: (message) => void (seen += (message as Ping).x & 1) }
    const second: Hooks = { before: (message) => void (seen += (message as Ping).x & 2) }
    const third: Hooks = { before: (message) => void (seen += (message as Ping).x & 4) }
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
          let sum = seen
          for (let index = 0; index < times; index++) sum += await mediator.send(new Ping(index))
          return sum
        },
      },
    ]
  },
}
