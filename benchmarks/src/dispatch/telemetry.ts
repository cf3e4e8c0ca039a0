import { Command, createService, Handles, type Middleware } from '@gulo/core'
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

// What an instrumentation that is switched off adds: middleware that declines every message class.
const declining: Middleware = { name: 'telemetry', forMessage: () => undefined }

/** A service that was never instrumented, and one whose instrumentation is off and that nobody observes. */
export const telemetry: Group = {
  name: 'telemetry',
  async prepare() {
    const { mediator: bare } = await createService({ name: 'bare', handlers: [PingHandler] }).start()
    const options = { name: 'off', handlers: [PingHandler], middleware: [declining], observers: [] }
    const { mediator: off } = await createService(options).start()
    return [
      {
        name: 'without',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) sum += await bare.send(new Ping(index))
          return sum
        },
      },
      {
        name: 'off',
        async run(times) {
          let sum = 0
          for (let index = 0; index < times; index++) sum += await off.send(new Ping(index))
          return sum
        },
      },
    ]
  },
}
