import {
  Command,
  Contract,
  createService,
  handler,
  IntegrationEvent,
  type MemoryStore,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Result,
  result,
  type ScheduledItem,
  type Service,
  type ServiceOptions,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { ManualClock, turn } from '../support/manual-clock.js'
import { envelope, quietLogger } from '../support/scene.js'

@Contract('shop.order.remind.v1', { key: 'orderId' })
class Remind extends Command {
  readonly orderId!: string
}
@Contract('shop.order.reminded.v1', { key: 'orderId' })
class Reminded extends IntegrationEvent {
  readonly orderId!: string
}
class Plan extends Command<Result<void>> {
  readonly orderIds!: readonly string[]
  readonly cancelKey?: string
}

const plan = handler(Plan, async ({ orderIds, cancelKey }, context) => {
  for (const [index, orderId] of orderIds.entries())
    await context.schedule(Remind.of({ orderId }), context.now() + index, cancelKey ? { cancelKey } : {})
  return result(undefined)
})

describe('due messages', () => {
  let clock: ManualClock
  let store: MemoryStore
  let begun: string[]
  let done: string[]
  let open: Map<string, () => void>
  let service: Service

  /** Reminders of orders whose name begins with `hang` wait until they are let go. */
  async function start(options: Partial<ServiceOptions> = {}): Promise<Service> {
    const remind = handler(Remind, async ({ orderId }, context) => {
      begun.push(orderId)
      if (orderId.startsWith('hang')) {
        await new Promise<void>((resolve) => {
          open.set(orderId, resolve)
          context.signal.addEventListener('abort', () => resolve())
        })
      }
      done.push(orderId)
    })
    service = createService({ name: 'shop', handlers: [plan, remind], store, clock, logger: quietLogger, ...options })
    return service.start()
  }

  beforeEach(() => {
    clock = new ManualClock()
    store = memoryStore()
    begun = []
    done = []
    open = new Map()
  })
  // A test may have stopped it already, or left work that never ends.
  afterEach(async () => {
    const stopping = service.stop({ deadlineMs: 1 }).catch(() => undefined)
    await clock.pass(10)
    await stopping
  })

  const schedule = (...orderIds: string[]) => service.mediator.send(Plan.of({ orderIds }))

  it('are done although one of the same look never ends, and so are those of later looks', async () => {
    await start()
    await schedule('hang', '1', '2')
    await clock.pass(500)
    expect(done).to.deep.equal(['1', '2'])
    await schedule('3')
    await clock.pass(500)
    expect(done).to.deep.equal(['1', '2', '3'])
    open.get('hang')?.()
    await clock.pass(500)
    expect(
      begun.filter((each) => each === 'hang'),
      'how often it was begun',
    ).to.have.length(1)
    expect(await store.schedule.claim(clock.now(), 10)).to.have.length(0)
  })

  it('are forgotten one by one, not with those of the same look', async () => {
    await start()
    await schedule('hang', '1')
    await clock.pass(500)
    store.crash()
    const left = await store.schedule.claim(clock.now(), 10)
    expect(left.map(payloadOf)).to.deep.equal(['hang'])
  })

  it('are not done more at once than allowed, and all of them in the end', async () => {
    await start({ concurrency: 3 })
    await schedule('hang 1', 'hang 2', 'hang 3', '4', '5')
    await clock.pass(500)
    expect(begun).to.deep.equal(['hang 1', 'hang 2', 'hang 3'])
    open.get('hang 2')?.()
    await clock.pass(500)
    expect(done).to.deep.equal(['hang 2', '4', '5'])
  })

  it('are all done without waiting for the next look, however many there are', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => String(index))
    for (const id of ids) {
      const reminder = envelope({ id, type: 'shop.order.remind.v1', payload: { orderId: id } })
      await store.schedule.at({ id, dueAtMs: 0, work: { kind: 'send', envelope: reminder } })
    }
    await start({ concurrency: 7 })
    for (let turns = 0; turns < 1000 && done.length < 1000; turns++) await turn()
    expect(done).to.deep.equal(ids)
  })

  it('of one cancel key are done one after another', async () => {
    await start()
    await service.mediator.send(Plan.of({ orderIds: ['hang'], cancelKey: 'key' }))
    await clock.pass(500)
    await service.mediator.send(Plan.of({ orderIds: ['next'], cancelKey: 'key' }))
    await clock.pass(500)
    expect(begun).to.deep.equal(['hang'])
    open.get('hang')?.()
    await clock.pass(500)
    expect(done).to.deep.equal(['hang', 'next'])
  })

  it('that are events of one key are published in the order of their times', async () => {
    const broker = memoryBroker()
    const transport = memoryTransport({ broker })
    for (const dueAtMs of [3, 1, 2]) await store.schedule.at(publishing(String(dueAtMs), dueAtMs))
    const publish = transport.publish.bind(transport)
    // The first takes longest.
    let delay = 5
    transport.publish = async (envelopes) => {
      for (let turns = delay--; turns > 0; turns--) await turn()
      return publish(envelopes)
    }
    await start({ transport })
    for (let turns = 0; turns < 30; turns++) await turn()
    expect(broker.messages('reminders').map(({ headers }) => headers['ce_id'])).to.deep.equal(['1', '2', '3'])
  })

  it('that fail by their time limit are tried again later, and take effect once', async () => {
    await start({ handlerTimeout: '1s' })
    await schedule('hang')
    await clock.pass(1500)
    expect(begun).to.deep.equal(['hang'])
    await clock.pass(3000)
    expect(begun).to.deep.equal(['hang', 'hang'])
  })

  it('are done once when the process ends before the schedule knows', async () => {
    await start()
    store.schedule.settle = () => Promise.reject(new Error('gone'))
    await schedule('1')
    await clock.pass(300)
    expect(done).to.deep.equal(['1'])
    const stopping = service.stop({ deadlineMs: 1 }).catch(() => undefined)
    await clock.pass(10)
    await stopping
    store.crash()
    Reflect.deleteProperty(store.schedule, 'settle')
    await start()
    await clock.pass(300)
    expect(done).to.deep.equal(['1'])
    expect(await store.schedule.claim(clock.now(), 10), 'what is left').to.have.length(0)
  })
})

describe('stopping while messages are due', () => {
  async function begin(hold: (signal: AbortSignal) => Promise<void>) {
    const [clock, store, begun] = [new ManualClock(), memoryStore(), [] as string[]]
    const remind = handler(Remind, async ({ orderId }, context) => {
      begun.push(orderId)
      await hold(context.signal)
    })
    const service = createService({
      name: 'shop',
      handlers: [plan, remind],
      store,
      clock,
      logger: quietLogger,
      concurrency: 2,
    })
    await service.start()
    await service.mediator.send(Plan.of({ orderIds: ['1', '2', '3'] }))
    await clock.pass(500)
    return { clock, store, service, begun }
  }

  it('waits for those that have begun, and gives back the others at once', async () => {
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const { clock, store, service, begun } = await begin(() => released)
    const stopping = service.stop({ deadlineMs: 1000 })
    await turn()
    expect((await store.schedule.claim(clock.now(), 10)).map(payloadOf)).to.deep.equal(['3'])
    release()
    await clock.pass(10)
    await stopping
    expect(begun).to.deep.equal(['1', '2'])
    expect(await store.schedule.claim(clock.now(), 10)).to.deep.equal([])
  })

  it('ends at the deadline, and aborts the signal of those that are left', async () => {
    const aborted: boolean[] = []
    const { clock, service } = await begin(
      (signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => aborted.push(true))
        }),
    )
    const stopping = failure(service.stop({ deadlineMs: 1000 }))
    await clock.pass(1000)
    const error = await stopping
    expect(error).to.have.property('code', 'GULO_STOP_DEADLINE')
    expect(String(error)).to.match(/2 due messages are under way/)
    expect(aborted).to.deep.equal([true, true])
  })
})

function payloadOf({ work }: ScheduledItem): unknown {
  return work.kind === 'send' ? (work.envelope.payload as Remind).orderId : undefined
}

function publishing(id: string, dueAtMs: number): ScheduledItem {
  const event = envelope({ id, type: 'shop.order.reminded.v1', topic: 'reminders', partitionKey: 'a' })
  return { id, dueAtMs, work: { kind: 'publish', envelope: { ...event, payload: Reminded.of({ orderId: id }) } } }
}
