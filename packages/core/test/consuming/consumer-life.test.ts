import {
  anyError,
  Command,
  type Consumer,
  Contract,
  type ContractRegistry,
  createRuntime,
  DomainEvent,
  failurePolicy,
  type GuloError,
  Handles,
  handler,
  IntegrationEvent,
  Mediator,
  memoryTransport,
  type Runtime,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { turn } from '../support/manual-clock.js'
import { desk, OrderPlacedV1, received, TYPE } from './support.js'

@Contract('ordering.order.dropped.v1')
class OrderDroppedV1 extends IntegrationEvent {}
class Plain extends IntegrationEvent {}
class Note extends Command {}
class Noted extends DomainEvent {}

const thrown = (run: () => unknown): GuloError => {
  try {
    run()
  } catch (error) {
    return error as GuloError
  }
  throw new Error('expected an error')
}
const handling = (consumer: Consumer) => consumer.handle(OrderPlacedV1, () => undefined, { name: 'reserve' })
const again = { group: 'inventory', handler: 'reserve', attempt: 2, firstFailedAt: undefined, replayCount: 0 }

describe('the options of a consumer', () => {
  it('are refused with the mend of each', () => {
    expect(thrown(() => desk({ concurrency: 1.5, maxUnfinishedAttempts: 0 })).message).to.match(
      /of the consumer inventory has 2 faults: concurrency is 1\.5: use a whole number above 0\. maxUnfinishedAttempts is 0: use a number above 0\./,
    )
    expect(thrown(() => desk({ maxUnfinishedAttempts: Number.NaN })).message).to.contain('maxUnfinishedAttempts is NaN')
    expect(thrown(() => desk({ group: '' })).message).to.contain('group is missing: name it after the service.')
    expect(thrown(() => desk({ transport: undefined as never })).message).to.contain(
      'transport is missing: give it kafka(…), rabbitmq(…) or memoryTransport().',
    )
  })

  it('are refused when the time for a handler is none', async () => {
    const { consumer } = desk({ handlerTimeout: 'soon' as never })
    const error = (await failure(handling(consumer).start())) as GuloError
    expect(error.code).to.equal('GULO_DURATION_INVALID')
    expect(error.message).to.match(/^handlerTimeout is "soon", which is no length of time/)
  })

  it('decide the name of the subscription, which is for events by default', async () => {
    const plain = desk()
    await handling(plain.consumer).start()
    expect(plain.transport.subscription).to.deep.include({
      group: 'inventory',
      action: 'events',
      routes: [{ topic: TYPE, types: [TYPE] }],
    })
    const named = desk({ action: 'reserve-stock' })
    await handling(named.consumer).start()
    expect(named.transport.subscription?.action).to.equal('reserve-stock')
  })

  it('give middleware, factory, runtime and logger to the handlers', async () => {
    const seen: string[] = []
    @Handles(OrderPlacedV1)
    class Reserve {
      constructor(readonly given = 'new') {}
      handle() {
        seen.push(this.given)
        throw Object.assign(new Error('no'), { retryable: false })
      }
    }
    const { consumer, transport } = desk({
      deadLetters: { add: async (letter) => void seen.push(letter.failedAt) },
      factory: { create: () => new Reserve('factory') as never },
      logger: { info: () => undefined, warn: () => undefined, error: (text) => void seen.push(text) },
      middleware: [
        {
          before: () => void seen.push('before'),
          failed: () => {
            throw new Error('hook')
          },
        },
      ],
    })
    // A class stands for what `handle` adds, so that the factory is asked.
    ;(consumer as unknown as { added: unknown[] }).added.push(Reserve)
    await consumer.start()
    await transport.deliver(received())
    expect(seen).to.deep.equal(['before', 'factory', 'a failed hook has itself failed', '2026-01-01T00:00:00.000Z'])
  })

  it('need be no more than transport and group', async () => {
    const transport = memoryTransport()
    await transport.start()
    const { Consumer } = await import('@gulo/core')
    const consumer = handling(new Consumer({ transport, group: 'inventory' }))
    await consumer.start()
    await consumer.stop()
    await transport.stop()
  })

  it('share their runtime with the transport', async () => {
    let shared: Runtime | undefined
    const { consumer, transport } = desk()
    Object.assign(transport, { useRuntime: (runtime: Runtime) => void (shared = runtime) })
    await handling(consumer).start()
    expect(shared?.timestamp()).to.equal('2026-01-01T00:00:00.000Z')
  })

  it('leave the transport its own runtime when they have none', async () => {
    let shared = 0
    const { consumer, transport } = desk({ runtime: undefined as never })
    Object.assign(transport, { useRuntime: () => void shared++ })
    await handling(consumer).start()
    expect(shared).to.equal(0)
  })

  it('name the registry that the contracts go to', async () => {
    const { ContractRegistry } = await import('@gulo/core')
    const contracts: ContractRegistry = new ContractRegistry()
    await handling(desk({ contracts }).consumer).start()
    expect(contracts.find(TYPE)?.messageClass).to.equal(OrderPlacedV1)
  })
})

describe('a consumer of the handlers of a mediator', () => {
  const seen: string[] = []
  const mediator = new Mediator({
    handlers: [
      handler(Note, () => undefined),
      handler(Noted, () => undefined),
      handler(OrderPlacedV1, () => void seen.push('placed'), { name: 'first' }),
      handler(OrderPlacedV1, () => void seen.push('placed too'), { name: 'second' }),
      handler(OrderDroppedV1, () => void seen.push('dropped')),
    ],
    runtime: createRuntime(),
  })

  it('takes those of integration events, each type once', async () => {
    const { consumer, transport } = desk({ mediator })
    expect(consumer.types()).to.deep.equal([TYPE, 'ordering.order.dropped.v1'])
    await consumer.start()
    expect(transport.subscription?.routes.map(({ topic }) => topic)).to.deep.equal([TYPE, 'ordering.order.dropped.v1'])
    await transport.deliver(received())
    expect(seen.splice(0)).to.deep.equal(['placed', 'placed too'])
  })

  it('takes only those it is told', async () => {
    const handlers = mediator.registry.find('second')
    const { consumer, transport } = desk({ mediator, handlers })
    expect(consumer.types()).to.deep.equal([TYPE])
    await consumer.start()
    await transport.deliver(received())
    expect(seen.splice(0)).to.deep.equal(['placed too'])
  })

  it('knows its types by the names of their classes where they have no contract', () => {
    const plain = new Mediator({ handlers: [handler(Plain, () => undefined)] })
    expect(desk({ mediator: plain }).consumer.types()).to.deep.equal(['Plain'])
    expect(desk().consumer.types()).to.deep.equal([])
  })
})

describe('describing a consumer', () => {
  it('says the rules of its policy, or the default ones', () => {
    expect(desk().consumer.describe()).to.deep.equal([
      'on an error that is not retryable: dead-letter',
      'on any error: 3 attempts in place, waiting 100 ms·2ⁿ up to 30 s with full jitter, then dead-letter',
    ])
  })

  it('says the same while it runs', async () => {
    const { consumer } = desk()
    await handling(consumer).start()
    expect(consumer.describe()).to.have.length(2)
  })
})

describe('a consumer before it is started', () => {
  it('refuses what needs it started, by name', async () => {
    const { consumer } = desk()
    expect(((await failure(consumer.stop())) as Error).message).to.match(
      /^stop before the consumer inventory was started\. Await start\(\) first\./,
    )
    const redelivering = consumer.redeliver({ ...again, message: received() })
    expect(((await failure(redelivering)) as Error).message).to.match(/^redeliver before the consumer inventory was/)
    const disabling = thrown(() => consumer.disable('reserve'))
    expect(disabling.code).to.equal('GULO_NOT_STARTED')
    expect(disabling.message).to.match(/^disable before the consumer inventory was started/)
    expect(thrown(() => consumer.enable('reserve')).message).to.match(
      /^enable before the consumer inventory was started/,
    )
  })

  it('may be started after a fault in its handlers is mended', async () => {
    const { consumer } = desk()
    expect(((await failure(consumer.start())) as Error).message).to.match(
      /^The subscription of inventory is invalid: it has no handler\./,
    )
    await handling(consumer).start()
  })
})

describe('a consumer that is started', () => {
  it('refuses to be started again and takes no more handlers, by name', async () => {
    const { consumer } = desk()
    await handling(consumer).start()
    expect(((await failure(consumer.start())) as Error).message).to.match(
      /^The consumer inventory is started already\./,
    )
    expect(thrown(() => handling(consumer)).message).to.match(/^The consumer inventory is started already\./)
  })
})

describe('stopping a consumer', () => {
  it('closes its subscription once, with the deadline it is given or ten seconds', async () => {
    const { consumer, transport } = desk()
    await handling(consumer).start()
    await consumer.stop()
    await consumer.stop({ deadlineMs: 1 })
    expect(transport.closed).to.deep.equal([{ deadlineMs: 10_000 }])
    const other = desk()
    await handling(other.consumer).start()
    await other.consumer.stop({ deadlineMs: 77 })
    expect(other.transport.closed).to.deep.equal([{ deadlineMs: 77 }])
  })

  it('waits for the handlers that run and leaves them their signal', async () => {
    const { consumer, transport } = desk()
    let finish = () => undefined as void
    let signal: AbortSignal | undefined
    consumer.handle(OrderPlacedV1, (_, context) => {
      signal = context.signal
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    })
    await consumer.start()
    const delivery = transport.deliver(received())
    await turn()
    let stopped = false
    const stopping = consumer.stop().then(() => {
      stopped = true
    })
    await turn()
    expect(stopped).to.equal(false)
    expect(signal?.aborted).to.equal(false)
    finish()
    await Promise.all([delivery, stopping])
  })

  it('says at the deadline how many messages are in flight, waiting ones too, and aborts their signals', async () => {
    const { clock, consumer, transport } = desk()
    let signal: AbortSignal | undefined
    consumer.handle(OrderPlacedV1, (_, context) => {
      signal = context.signal
      return new Promise<void>(() => undefined)
    })
    await consumer.start()
    const headers = { ce_partitionkey: 'o-1' }
    for (const id of ['m-1', 'm-2', 'm-3']) void transport.deliver(received({ id, headers }))
    await turn()
    const stopping = failure(consumer.stop({ deadlineMs: 500 }))
    await clock.pass(499)
    expect(signal?.aborted).to.equal(false)
    await clock.pass(1)
    const error = (await stopping) as GuloError
    expect(error.code).to.equal('GULO_STOP_DEADLINE')
    expect(error.message).to.match(/^The consumer inventory was not done within 500 ms: 3 messages in flight\./)
    expect(signal?.aborted).to.equal(true)
  })

  it('leaves a message to the broker whose handler fails because the stop has aborted it', async () => {
    const { clock, consumer, transport, signals } = desk({ policy: failurePolicy(anyError().discard()) })
    consumer.handle(
      OrderPlacedV1,
      (_, { signal }) =>
        new Promise<void>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    await consumer.start()
    const delivery = failure(transport.deliver(received()))
    await turn()
    const stopping = failure(consumer.stop({ deadlineMs: 500 }))
    await clock.pass(500)
    await stopping
    expect(await delivery).to.have.property('code', 'GULO_STOPPED')
    expect(signals.map(({ kind }) => kind)).to.deep.equal(['received', 'redelivery'])
  })

  it('closes a subscription that comes only afterwards, and start says so', async () => {
    const { consumer, transport } = desk()
    let subscribed = () => undefined as void
    const subscribe = transport.subscribe.bind(transport)
    transport.subscribe = async (subscription) => {
      await new Promise<void>((resolve) => {
        subscribed = resolve
      })
      return subscribe(subscription)
    }
    const starting = failure(handling(consumer).start())
    await turn()
    await consumer.stop()
    subscribed()
    const error = (await starting) as GuloError
    expect(error.code).to.equal('GULO_STOPPED')
    expect(error.message).to.match(/^The consumer inventory has been stopped\./)
    expect(transport.closed).to.have.length(1)
  })

  it('needs no subscription: it was refused', async () => {
    const { consumer, transport } = desk()
    transport.subscribe = () => Promise.reject(new Error('no such topic'))
    expect(await failure(handling(consumer).start())).to.have.property('message', 'no such topic')
    await consumer.stop()
  })

  it('takes no redelivery afterwards', async () => {
    const { consumer } = desk()
    await handling(consumer).start()
    await consumer.stop()
    const error = await failure(consumer.redeliver({ ...again, message: received() }))
    expect(error).to.have.property('code', 'GULO_NOT_STARTED')
  })
})
