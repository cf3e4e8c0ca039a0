import { DomainEvent, handler, Mediator, type MessageClass } from '@gulo/core'
import { emmettPublish } from '../peers/emmett.js'
import { mediatrPublish } from '../peers/mediatr.js'
import { moleculerEmit } from '../peers/moleculer.js'
import { nestPublish } from '../peers/nest.js'
import type { Group } from '../suite.js'

const TYPES = 200

class Happened extends DomainEvent {
  constructor(readonly x: number) {
    super()
  }
}

class HappenedHandler {
  seen = 0
  readonly handle = async (event: Happened): Promise<void> => {
    this.seen += event.x
  }
}

/** An event with one handler, in a mediator that knows one event and in one that knows 200. */
export const publish: Group = {
  name: 'publish',
  async prepare() {
    const direct = new HappenedHandler()
    const alone = mediatorOf(1)
    const crowded = mediatorOf(TYPES)
    return [
      {
        name: 'raw',
        async run(times) {
          for (let index = 0; index < times; index++) await direct.handle(new Happened(index))
          return direct.seen
        },
      },
      {
        name: 'of 1',
        async run(times) {
          for (let index = 0; index < times; index++) await alone.publish(new Happened(index))
        },
      },
      {
        name: 'of 200',
        async run(times) {
          for (let index = 0; index < times; index++) await crowded.publish(new Happened(index))
        },
      },
    ]
  },
  peers: async (load) => [
    await emmettPublish(load, 'publish, 1 type'),
    await mediatrPublish(load, 'publish, 1 type'),
    await moleculerEmit(load, 'publish, 1 type'),
    await nestPublish(load, 'publish, 1 type', 1),
    await nestPublish(load, 'publish, 200 types', TYPES),
  ],
}

function mediatorOf(types: number): Mediator {
  const others = Array.from({ length: types - 1 }, (_, index) =>
    handler(eventClass(index), async () => undefined, { name: `other ${index}` }),
  )
  return new Mediator({ handlers: [handler(Happened, new HappenedHandler().handle, { name: 'happened' }), ...others] })
}

function eventClass(index: number): MessageClass<DomainEvent> {
  return { [`Other${index}`]: class extends DomainEvent {} }[`Other${index}`] as MessageClass<DomainEvent>
}
