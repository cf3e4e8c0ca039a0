import { Command, Handles, handler, Mediator } from '@gulo/core'
import { emmettSend } from '../peers/emmett.js'
import { mediatrSend } from '../peers/mediatr.js'
import { moleculerCall } from '../peers/moleculer.js'
import { nestExecute } from '../peers/nest.js'
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

/** One command, one handler, nothing around it. */
export const send: Group = {
  name: 'send',
  async prepare() {
    const direct = new PingHandler()
    const mediator = new Mediator({ handlers: [PingHandler] })
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
    await emmettSend(load, 'send'),
    await nestExecute(load, 'send'),
    await mediatrSend(load, 'send'),
    await moleculerCall(load, 'send'),
  ],
}

const TYPES = 24

type PingClass = new (x: number) => Command<number> & { readonly x: number }

interface PingTarget {
  handle(ping: { readonly x: number }): Promise<number>
}

/** 24 commands and 24 handlers in rotation, so that no call can be inlined: what a real service looks like. */
export const sendMany: Group = {
  name: 'send 24 types',
  async prepare() {
    const classes = Array.from({ length: TYPES }, (_, index) => pingClass(index))
    const targets = Array.from({ length: TYPES }, (_, index) => pingTarget(index))
    const mediator = new Mediator({
      handlers: classes.map((each, index) =>
        handler(each, targets[index]?.handle as PingTarget['handle'], { name: `handle ${index}` }),
      ),
    })
    return [
      {
        name: 'raw',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) {
            const at = index % TYPES
            sum += await (targets[at] as PingTarget).handle(new (classes[at] as PingClass)(index))
          }
          return sum
        },
      },
      {
        name: 'send',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++)
            sum += await mediator.send(new (classes[index % TYPES] as PingClass)(index))
          return sum
        },
      },
    ]
  },
}

// Made from text, because classes made by one expression would share their code and be inlined after all.
function pingClass(index: number): PingClass {
  const body = `return class Ping${index} extends Command { constructor(x) { super(); this.x = x } }`
  return new Function('Command', body)(Command) as PingClass
}

function pingTarget(index: number): PingTarget {
  return new Function(
    `return new (class Ping${index}Handler { async handle(ping) { return ping.x } })()`,
  )() as PingTarget
}
