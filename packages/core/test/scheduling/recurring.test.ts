import {
  Command,
  Contract,
  createService,
  every,
  handler,
  IntegrationEvent,
  type MemoryStore,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Occurrence,
  type Recurring,
  recurring,
  type Service,
  type ServiceOptions,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { ManualClock } from '../support/manual-clock.js'
import { quietLogger } from '../support/scene.js'

@Contract('shop.report.make.v1')
class MakeReport extends Command {
  readonly step!: number
}
@Contract('shop.step.passed.v1')
class StepPassed extends IntegrationEvent {
  readonly step!: number
}

const STEP_MS = 600_000
const START_MS = Date.UTC(2026, 0, 1, 0, 5)
const stepOf = ({ at }: Occurrence) => Math.floor((at.getTime() - START_MS + STEP_MS / 2) / STEP_MS)
const often = (options = {}, name = 'report') =>
  recurring(name, every('10m'), (occurrence) => MakeReport.of({ step: stepOf(occurrence) }), options)

describe('what recurs', () => {
  let clock: ManualClock
  let store: MemoryStore
  let done: number[]
  let services: Service[]

  async function start(schedules: readonly Recurring[] | undefined, options: Partial<ServiceOptions> = {}) {
    const make = handler(MakeReport, ({ step }) => void done.push(step))
    const base = { name: 'shop', handlers: [make], store, clock, logger: quietLogger }
    const service = createService({ ...base, ...(schedules && { recurring: schedules }), ...options })
    services.push(service)
    return service.start()
  }

  async function stop(): Promise<void> {
    for (const service of services.splice(0)) {
      const stopping = service.stop().catch(() => undefined)
      await clock.pass(10)
      await stopping
    }
  }

  beforeEach(() => {
    clock = new ManualClock(START_MS)
    store = memoryStore()
    done = []
    services = []
  })
  afterEach(stop)

  it('is sent at each occurrence and not before, by one of all instances', async () => {
    for (let instance = 0; instance < 3; instance++) await start([often()])
    await pass(4 * 60_000)
    expect(done).to.deep.equal([])
    await pass(2 * 60_000)
    expect(done).to.deep.equal([1])
    for (let step = 0; step < 3; step++) await pass(STEP_MS)
    expect(done).to.deep.equal([1, 2, 3, 4])
  })

  it('is published when it is an event', async () => {
    const broker = memoryBroker()
    const passed = recurring('passed', every('10m'), (occurrence) => StepPassed.of({ step: stepOf(occurrence) }))
    await start([passed], { transport: memoryTransport({ broker }) })
    await pass(STEP_MS)
    const [message] = broker.messages('shop.step.passed.v1')
    expect(message?.headers['ce_correlationid']).to.equal(message?.headers['ce_id'])
    expect(broker.messages('shop.step.passed.v1')).to.have.length(1)
  })

  for (const [catchUp, expected] of [
    ['none', []],
    ['last', [5]],
    ['all', [1, 2, 3, 4, 5]],
  ] as const) {
    it(`makes up for ${catchUp} of what was missed`, async () => {
      const schedule = often({ catchUp })
      await start([schedule])
      await stop()
      await clock.pass(5 * STEP_MS)
      await start([schedule])
      await clock.pass(1000)
      expect(done).to.deep.equal(expected)
      await pass(STEP_MS)
      expect(done).to.deep.equal([...expected, 6])
      const [service] = services as [Service]
      expect((await service.recurring.runs('report')).map(({ cause }) => cause)).to.deep.equal([
        'due',
        ...expected.map(() => 'missed'),
      ])
    })
  }

  it('is not missed when it is late by less than its grace', async () => {
    const schedule = often({ catchUp: 'none', grace: '7m' })
    await start([schedule])
    await stop()
    await clock.pass(STEP_MS)
    await start([schedule])
    await clock.pass(1000)
    expect(done).to.deep.equal([1])
  })

  it('is made up for at once, however many occurrences were missed', async () => {
    const schedules = (['all', 'last'] as const).map((catchUp) =>
      recurring(catchUp, every('1s'), () => MakeReport.of({ step: catchUp === 'all' ? 1 : 2 }), {
        catchUp,
        history: 5,
      }),
    )
    await start(schedules)
    await stop()
    await clock.pass(950_000)
    await start(schedules)
    await clock.pass(700)
    expect(done.filter((step) => step === 2)).to.have.length(1)
    for (let looks = 0; looks < 12; looks++) await clock.pass(200)
    expect(done.filter((step) => step === 1).length).to.be.within(950, 955)
    expect(await (services[0] as Service).recurring.runs('all', { limit: 100 })).to.have.length(5)
  })

  it('takes effect when it has changed, and is retired when it is no longer listed', async () => {
    await start([often(), often({}, 'other')])
    await stop()
    const service = await start([recurring('report', every('20m'), () => MakeReport.of({ step: 99 }))])
    expect((await service.recurring.list()).map(({ name, words }) => [name, words])).to.deep.equal([
      ['report', 'every 20m'],
    ])
    await pass(STEP_MS)
    expect(done).to.deep.equal([])
    await pass(STEP_MS)
    expect(done).to.deep.equal([99])
  })

  it('is left to the instances that know its words while a new version is rolled out', async () => {
    await start([often()])
    await start([recurring('report', every('5m'), () => MakeReport.of({ step: 30 }))])
    await pass(STEP_MS)
    expect(done).to.deep.equal([30, 30])
  })

  it('stays as it is when an instance lists nothing at all', async () => {
    await start([often()])
    await start(undefined)
    await pass(STEP_MS)
    expect(done).to.deep.equal([1])
  })

  it('can be paused and resumed for all instances, and what was paused is not made up for', async () => {
    const one = await start([often({ catchUp: 'all' })])
    const two = await start([often({ catchUp: 'all' })])
    await one.recurring.pause('report')
    for (let step = 0; step < 3; step++) await pass(STEP_MS)
    expect((await two.recurring.list())[0]).to.include({ paused: true })
    await two.recurring.resume('report')
    await pass(STEP_MS)
    expect(done).to.deep.equal([4])
  })

  it('can be run now, also while it is paused, and its next occurrence stays', async () => {
    const service = await start([often()])
    await service.recurring.pause('report')
    const id = await service.recurring.runNow('report')
    await clock.pass(500)
    expect(done).to.deep.equal([0])
    const [run] = await service.recurring.runs('report')
    expect(run).to.include({ id, cause: 'run-now', outcome: 'succeeded', attempts: 1 })
    expect((await service.recurring.list())[0]?.next).to.deep.equal(new Date(Date.UTC(2026, 0, 1, 0, 10)))
  })

  it('tells what became of its runs, and tries again what has failed', async () => {
    let failures = 1
    const make = handler(MakeReport, ({ step }) => {
      if (failures-- > 0) throw Object.assign(new Error('out of paper'), { code: 'OUT_OF_PAPER' })
      done.push(step)
    })
    const service = await start([often()], { handlers: [make] })
    await pass(5 * 60_000 + 1000)
    const [failed] = await service.recurring.runs('report')
    expect(failed).to.deep.include({ cause: 'due', outcome: 'failed', attempts: 1 })
    expect(failed?.at).to.deep.equal(new Date(Date.UTC(2026, 0, 1, 0, 10)))
    expect(failed?.error).to.deep.equal({ code: 'OUT_OF_PAPER', message: 'out of paper' })
    await clock.pass(3000)
    const [status] = await service.recurring.list()
    expect(status?.lastRun).to.include({ id: failed?.id, outcome: 'succeeded', attempts: 2, error: undefined })
    expect(status?.lastRun?.finishedAt).to.be.instanceOf(Date)
    expect(done).to.deep.equal([1])
  })

  it('goes on when a message cannot be made, and tells why', async () => {
    const broken = recurring('broken', every('10m'), () => {
      throw new Error('no paper')
    })
    const wrong = recurring('wrong', every('10m'), () => ({}) as never)
    const service = await start([broken, wrong, often()])
    for (let step = 0; step < 2; step++) await pass(STEP_MS)
    expect(done).to.deep.equal([1, 2])
    const runs = await service.recurring.runs('broken')
    expect(runs.map(({ outcome, error }) => [outcome, error?.message])).to.deep.equal([
      ['failed', 'no paper'],
      ['failed', 'no paper'],
    ])
    expect((await service.recurring.runs('wrong'))[0]?.error?.code).to.equal('GULO_SCHEDULE_INVALID')
  })

  it('is run by another instance when the one that fired it ends before it is handled', async () => {
    let hangs = true
    const make = handler(MakeReport, async ({ step }) => {
      if (hangs) await new Promise(() => undefined)
      done.push(step)
    })
    await start([often()], { handlers: [make] })
    await pass(STEP_MS)
    store.crash()
    hangs = false
    const other = await start([often()], { handlers: [make] })
    await clock.pass(1000)
    expect(done).to.deep.equal([1])
    const [run] = await other.recurring.runs('report')
    expect(run).to.include({ outcome: 'succeeded', attempts: 2 })
    expect(await other.recurring.runs('report')).to.have.length(1)
    const [hanging] = services.splice(0, 1)
    const stopping = hanging?.stop({ deadlineMs: 1 }).catch(() => undefined)
    await clock.pass(10)
    await stopping
  })

  it('goes on after the store could not be read', async () => {
    await start([often()])
    const find = store.recurrences.find
    store.recurrences.find = () => Promise.reject(new Error('gone'))
    await pass(STEP_MS)
    expect(done).to.deep.equal([])
    store.recurrences.find = find
    await clock.pass(10_000)
    expect(done).to.deep.equal([1])
  })

  it('is told by the service that describes itself', async () => {
    const service = await start([often()])
    expect(service.describe().recurring).to.deep.equal([{ name: 'report', words: 'every 10m', catchUp: 'last' }])
  })

  it('is refused under a name that nobody has', async () => {
    const service = await start([often()])
    const { recurring: schedules } = service
    for (const act of [schedules.runNow('x'), schedules.pause('x'), schedules.resume('x')])
      expect(await failure(act)).to.have.property('code', 'GULO_RECURRING_UNKNOWN')
    expect(await schedules.runs('x')).to.deep.equal([])
    expect(await failure(schedules.runs('report', { limit: 0 }))).to.have.property('code', 'GULO_RECURRING_INVALID')
  })

  /** In steps, since the clock fires no more than a thousand timers at once. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 60_000) await clock.pass(Math.min(left, 60_000))
  }
})

describe('a recurring schedule that cannot be', () => {
  const make = () => MakeReport.of({ step: 0 })
  for (const [what, create, words] of [
    ['without a name', () => recurring('', every('10m'), make), /its name must be/],
    ['without occurrences', () => recurring('a', '0 2 * * *' as never, make), /expected every/],
    [
      'without a message',
      () => recurring('a', every('10m'), MakeReport.of({ step: 0 }) as never),
      /expected a function/,
    ],
    ['with a catch-up of its own', () => recurring('a', every('10m'), make, { catchUp: 'some' as never }), /catchUp/],
    ['with a grace that is no time', () => recurring('a', every('10m'), make, { grace: 'soon' as never }), /grace/],
    ['without a history', () => recurring('a', every('10m'), make, { history: 0 }), /history/],
  ] as const) {
    it(`is refused: ${what}`, () => {
      expect(create).to.throw(words).with.property('code', 'GULO_RECURRING_INVALID')
    })
  }

  it('is refused by an interval that is no length of time, or too short', () => {
    for (const interval of ['often', '1ms', Number.NaN] as never[])
      expect(() => every(interval))
        .to.throw()
        .with.property('code', 'GULO_DURATION_INVALID')
  })

  it('is refused twice under one name, and in a list of something else', () => {
    const base = { name: 'shop', handlers: [] }
    for (const wrong of [[often(), often()], [{}], 'report'] as never[])
      expect(() => createService({ ...base, recurring: wrong }))
        .to.throw()
        .with.property('code', 'GULO_CONFIGURATION_INVALID')
  })

  it('is refused at the start without a store that keeps it', async () => {
    const { schedule } = memoryStore()
    for (const store of [undefined, { schedule }]) {
      const service = createService({ name: 'shop', handlers: [], recurring: [often()], ...(store && { store }) })
      expect(await failure(service.start())).to.have.property('code', 'GULO_CONTRADICTION')
    }
    const service = await createService({ name: 'shop', handlers: [], logger: quietLogger }).start()
    expect(() => service.recurring)
      .to.throw()
      .with.property('code', 'GULO_SCHEDULE_UNAVAILABLE')
    await service.stop()
  })
})
