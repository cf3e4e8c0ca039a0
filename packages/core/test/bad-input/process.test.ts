import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import * as here from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { quietLogger } from '../support/scene.js'
import { expectFault, OrderPlacedV1, Place, Stage } from './stage.js'

const CORE = import.meta.resolve('@gulo/core')
const run = promisify(execFile)

/** Two services that do a bit of everything, and stop; nothing ends the process but that nothing is left to do. */
const PROGRAM = `
import { anyError, createService, Command, Contract, EventPublisher, exponential, failurePolicy, handler,
  IntegrationEvent, memoryBroker, memoryStore, memoryTransport, result } from ${JSON.stringify(CORE)}
class Placed extends IntegrationEvent {}
Contract('a.b.placed.v1')(Placed)
class Remind extends Command {}
Contract('a.b.remind.v1')(Remind)
class Place extends Command {}
const broker = memoryBroker()
let handled = 0
const far = await createService({
  name: 'far', store: memoryStore(), transport: memoryTransport({ broker }), handlerTimeout: '1h',
  policy: failurePolicy(anyError().retry(3, exponential({ base: '1h', max: '1h', jitter: 'none' }))),
  circuitBreaker: { pause: '1h' },
  handlers: [handler(Placed, () => { if (handled++ === 1) throw new Error('not yet') })],
}).start()
const near = await createService({
  name: 'near', store: memoryStore(), transport: memoryTransport({ broker }),
  handlers: [handler(Place, async (_, context) => { await context.schedule(Remind.of({}), '1h'); return result(undefined, Placed.of({})) }),
    handler(Remind, () => undefined)],
}).start()
for (let count = 0; count < 2; count++) await near.mediator.send(Place.of({}))
while (handled < 2) await new Promise((resolve) => setTimeout(resolve, 1))
await near.stop()
await far.stop()
console.log('stopped')
`

describe('a process whose services have stopped', function () {
  this.timeout(20_000)

  it('ends by itself: no timer and no handle is left', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', PROGRAM], { timeout: 15_000 })
    expect(stdout).to.equal('stopped\n')
  })

  it('leaves no listener and no warning behind when many messages wait for their next attempt', async () => {
    const stage = new Stage()
    const warnings: string[] = []
    const note = ({ message }: Error) => void warnings.push(message)
    process.on('warning', note)
    const policy = here.failurePolicy(here.anyError().retry(3, here.fixed('1h')))
    const far = await stage.far(() => Promise.reject(new Error('not yet')), { policy, concurrency: 50 })
    const place = here.handler(Place, ({ orderId }) => here.result(orderId, OrderPlacedV1.of({ orderId })))
    const service = await stage.start({ handlers: [place] })
    for (let order = 0; order < 50; order++) await service.mediator.send(Place.of({ orderId: String(order) }))
    await stage.until('retried', 50)
    await far.stop()
    await stage.close()
    // Warnings come a turn later.
    await new Promise((resolve) => setImmediate(resolve))
    process.removeListener('warning', note)
    expect(warnings).to.deep.equal([])
  })
})

describe('a second installed copy of the core', () => {
  let folder: string
  let there: typeof here
  let stage: Stage
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gulo-copy-'))
    await cp(fileURLToPath(new URL('.', CORE)), join(folder, 'dist'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    there = await import(pathToFileURL(join(folder, 'dist', 'bundle.js')).href)
  })
  after(() => rm(folder, { recursive: true }))
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const theirs = () => {
    class Cancel extends there.Command<here.Result<string>> {
      readonly orderId!: string
    }
    class OrderCancelled extends there.DomainEvent {
      readonly orderId!: string
    }
    class OrderCancelledV1 extends there.IntegrationEvent {
      readonly orderId!: string
    }
    there.Contract('ordering.order.cancelled.v1')(OrderCancelledV1)
    return { Cancel, OrderCancelled, OrderCancelledV1 }
  }

  it('is another copy', () => {
    expect(there.Command).to.not.equal(here.Command)
    expect(there.GuloError).to.not.equal(here.GuloError)
  })

  it('makes messages, contracts, results, handlers and mappers that the first one takes', async () => {
    const { Cancel, OrderCancelled, OrderCancelledV1 } = theirs()
    const seen: string[] = []
    class CancelHandler {
      readonly handle = ({ orderId }: { readonly orderId: string }) =>
        there.result(orderId, OrderCancelled.of({ orderId } as never))
    }
    there.Handles(Cancel as never)(CancelHandler as never)
    const note = there.handler(
      OrderCancelledV1 as never,
      ((event: { orderId: string }) => void seen.push(event.orderId)) as never,
      { name: 'note' },
    )
    const mapper = new there.EventMapper().register(OrderCancelled as never, OrderCancelledV1 as never)
    const store = there.memoryStore() as unknown as here.MemoryStore
    const handlers = [CancelHandler, note] as never
    const service = await stage.start({
      handlers,
      mapper: mapper as never,
      store,
      middleware: [{ before: () => undefined }],
    })
    const { value } = (await service.mediator.send(
      Cancel.of({ orderId: '1' } as never) as never,
    )) as here.Result<string>
    await stage.until('handled')
    expect([value, ...seen]).to.deep.equal(['1', '1'])
  })

  it('shares a broker with the first one', async () => {
    const seen: string[] = []
    await stage.far(({ orderId }) => void seen.push(orderId))
    const transport = there.memoryTransport({ broker: stage.broker as never })
    const publisher = await new there.EventPublisher({ transport, source: 'copy' }).start()
    await publisher.publish(OrderPlacedV1.of({ orderId: '1' }) as never)
    await stage.until('handled')
    await publisher.stop()
    expect(seen).to.deep.equal(['1'])
  })

  it('makes errors that the first one knows', async () => {
    const error = await failure(there.createService({ name: 'a', handlers: [], logger: quietLogger }).stop())
    expect(here.GuloError.is(error, 'GULO_NOT_STARTED')).to.equal(true)
    expect(error).to.not.be.instanceOf(here.GuloError)
    const policy = here.failurePolicy(here.onError('GULO_NOT_STARTED').discard())
    expect(policy.decide(error, 1, here.systemRandom).action).to.equal('discard')
  })

  it('makes policies and rules that the first one follows', async () => {
    const rules = there.failurePolicy(there.anyError().discard())
    await stage.far(() => Promise.reject(new Error('x')), { policy: rules })
    const place = here.handler(Place, ({ orderId }) => here.result(orderId, OrderPlacedV1.of({ orderId })))
    await (await stage.start({ handlers: [place] })).mediator.send(Place.of({ orderId: '1' }))
    await stage.until('ignored')
    const mixed = here.failurePolicy(there.onError('ACME_ODD').discard() as never)
    expect(mixed.describe()[0]).to.equal('on ACME_ODD: discard')
  })

  it('cannot lend the first one a transaction of another kind', async () => {
    const store = {
      ...here.memoryStore(),
      outbox: here.memoryStore().outbox,
      unitOfWork: there.memoryStore().unitOfWork,
    }
    const place = here.handler(Place, ({ orderId }) => here.result(orderId, OrderPlacedV1.of({ orderId })))
    const service = await stage.start({ handlers: [place], store: store as never })
    const error = await failure(service.mediator.send(Place.of({ orderId: '1' })))
    expectFault(error, 'GULO_TRANSACTION_INVALID', /an instance of MemoryTransaction of another copy of @gulo\/core/)
  })
})
