import {
  anyError,
  type ConsumerOptions,
  type DeadLetter,
  type EventPublishing,
  type EventSink,
  type FailurePolicy,
  failurePolicy,
  fixed,
  GuloError,
  type Inbox,
  type MessageContext,
  memoryStore,
  onError,
  type Redelivery,
  result,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { turn } from '../support/manual-clock.js'
import { desk, OrderPlacedV1, received } from './support.js'

class Refused extends Error {
  readonly retryable = false
}

/** A started consumer whose handler fails with what `fails` answers for an attempt, and the letters it sets aside. */
async function failing(fails: (attempt: number) => unknown, options: Partial<ConsumerOptions> = {}) {
  const letters: DeadLetter[] = []
  const attempts: number[] = []
  const scene = desk({ deadLetters: { add: async (letter) => void letters.push(letter) }, ...options })
  scene.consumer.handle(
    OrderPlacedV1,
    async (_, { attempt }) => {
      attempts.push(attempt)
      const error = fails(attempt)
      if (error !== undefined) throw error
    },
    { name: 'reserve' },
  )
  await scene.consumer.start()
  return { ...scene, letters, attempts, deliver: (id?: string) => scene.transport.deliver(received(id ? { id } : {})) }
}

const always = () => new Error('boom')

describe('a message that is tried again in place', () => {
  it('waits as long as its policy says before each attempt', async () => {
    const { clock, attempts, deliver } = await failing((attempt) => (attempt < 3 ? new Error('boom') : undefined), {
      policy: failurePolicy(anyError().retry(3, fixed('1s'))),
    })
    const settling = deliver()
    await clock.pass(999)
    expect(attempts).to.deep.equal([1])
    await clock.pass(1)
    expect(attempts).to.deep.equal([1, 2])
    await clock.pass(1000)
    await settling
    expect(attempts).to.deep.equal([1, 2, 3])
  })

  it('keeps no other message waiting meanwhile', async () => {
    const { clock, attempts, deliver } = await failing((attempt) => (attempt < 2 ? new Error('boom') : undefined), {
      policy: failurePolicy(anyError().retry(2, fixed('1s'))),
    })
    const settling = [deliver('m-1')]
    await clock.pass(500)
    settling.push(deliver('m-2'))
    await clock.pass(0)
    expect(attempts).to.deep.equal([1, 1])
    await clock.pass(1000)
    await Promise.all(settling)
  })

  it('tells of each retry with its error and delay', async () => {
    const boom = new Error('boom')
    const { clock, signals, deliver } = await failing((attempt) => (attempt < 2 ? boom : undefined), {
      policy: failurePolicy(anyError().retry(2, fixed(5))),
    })
    const settling = deliver()
    await clock.pass(5)
    await settling
    expect(signals.find((signal) => signal.kind === 'retried')).to.include({
      consumer: 'inventory/reserve',
      attempt: 1,
      delayMs: 5,
      error: boom,
    })
    expect(signals.at(-1)).to.include({ kind: 'handled', consumer: 'inventory/reserve', attempt: 2 })
  })

  it('goes back to the broker as soon as the consumer stops', async () => {
    const { consumer, attempts, deliver } = await failing(always, {
      policy: failurePolicy(anyError().retry(9, fixed('1h'))),
    })
    const settling = failure(deliver())
    await turn()
    await consumer.stop()
    const error = (await settling) as GuloError
    expect(error.code).to.equal('GULO_STOPPED')
    expect(error.message).to.match(/^The consumer inventory has been stopped\./)
    expect(attempts).to.deep.equal([1])
  })

  it('is set aside with the times of its first and its last failure', async () => {
    const { clock, letters, deliver } = await failing(always, {
      policy: failurePolicy(anyError().retry(3, fixed('1s'))),
    })
    const settling = deliver()
    await clock.pass(2000)
    await settling
    expect(letters[0]).to.include({
      firstFailedAt: '2026-01-01T00:00:00.000Z',
      failedAt: '2026-01-01T00:00:02.000Z',
      attempts: 3,
    })
  })
})

describe('a message that pauses the subscription', () => {
  const policy = failurePolicy(onError(TypeError).pause('10s'))

  it('is tried again when the pause is over, and no other message before', async () => {
    let down = true
    const { clock, attempts, signals, deliver } = await failing(() => (down ? new TypeError('gone') : undefined), {
      policy,
    })
    const first = deliver('m-1')
    await turn()
    const second = deliver('m-2')
    down = false
    await clock.pass(9999)
    expect(attempts).to.deep.equal([1])
    expect(signals.at(1)).to.include({ kind: 'retried', attempt: 1, delayMs: 10_000, consumer: 'inventory/reserve' })
    await clock.pass(1)
    await Promise.all([first, second])
    expect(attempts).to.have.members([1, 2, 1])
  })

  it('goes back to the broker when the consumer stops meanwhile', async () => {
    const { consumer, deliver } = await failing(() => new TypeError('gone'), { policy })
    const settling = failure(deliver())
    await turn()
    await consumer.stop()
    expect(await settling).to.have.property('code', 'GULO_STOPPED')
  })
})

describe('a message that is tried again later', () => {
  const policy = failurePolicy(anyError().schedule(['10s', '1m']))
  const scene = () => {
    const later: [Redelivery, number][] = []
    const retryLater = async (redelivery: Redelivery, delayMs: number) => void later.push([redelivery, delayMs])
    return { later, retryLater }
  }

  it('is handed on with its history, and settled for the broker', async () => {
    const { later, retryLater } = scene()
    const boom = new Error('boom')
    const { signals, attempts, letters, transport } = await failing(() => boom, { policy, retryLater })
    const message = received()
    await transport.deliver(message)
    expect(attempts).to.deep.equal([1])
    expect(letters).to.deep.equal([])
    expect(later).to.deep.equal([
      [
        {
          group: 'inventory',
          handler: 'reserve',
          message,
          attempt: 2,
          firstFailedAt: '2026-01-01T00:00:00.000Z',
          replayCount: 0,
          attemptLog: [
            {
              attempt: 1,
              at: '2026-01-01T00:00:00.000Z',
              code: 'HANDLER_FAILED',
              message: 'boom',
              durationMs: undefined,
            },
          ],
        },
        10_000,
      ],
    ])
    expect(signals.at(-1)).to.include({
      kind: 'rescheduled',
      consumer: 'inventory/reserve',
      delayMs: 10_000,
      error: boom,
    })
  })

  it('goes on with its history when it comes back, to the end', async () => {
    const { later, retryLater } = scene()
    const { clock, consumer, attempts, letters, deliver } = await failing(always, { policy, retryLater })
    await deliver()
    await clock.pass(10_000)
    await consumer.redeliver((later[0] as [Redelivery, number])[0])
    expect(later[1]?.[0]).to.include({ attempt: 3, firstFailedAt: '2026-01-01T00:00:00.000Z' })
    expect(later[1]?.[1]).to.equal(60_000)
    await clock.pass(60_000)
    await consumer.redeliver({ ...(later[1] as [Redelivery, number])[0], replayCount: 2 })
    expect(attempts).to.deep.equal([1, 2, 3])
    expect(letters[0]).to.include({
      attempts: 3,
      replayCount: 2,
      firstFailedAt: '2026-01-01T00:00:00.000Z',
      failedAt: '2026-01-01T00:01:10.000Z',
    })
  })

  it('stays with the broker when it cannot be handed on', async () => {
    const { signals, deliver } = await failing(always, {
      policy,
      retryLater: () => Promise.reject(new Error('store down')),
    })
    expect(await failure(deliver())).to.have.property('message', 'store down')
    expect(signals.at(-1)).to.include({ kind: 'redelivery', group: 'inventory' })
  })

  it('is refused at start without a place to keep it', async () => {
    const error = (await failure(failing(always, { policy }))) as GuloError
    expect(error.code).to.equal('GULO_SCHEDULE_UNAVAILABLE')
    expect(error.message).to.match(/^A delayed retry needs a schedule, and this service has none\./)
  })

  it('stays with the broker when a policy of the application asks for it unannounced', async () => {
    const unannounced: FailurePolicy = {
      decide: () => ({ action: 'reschedule', delayMs: 1 }),
      longestMs: 1,
      reorders: false,
      describe: () => [],
    }
    const boom = new Error('boom')
    const { deliver } = await failing(() => boom, { policy: unannounced })
    const error = (await failure(deliver())) as GuloError
    expect(error.code).to.equal('GULO_SCHEDULE_UNAVAILABLE')
    expect(error.message).to.match(/^A delayed retry needs a schedule/)
    expect(error.cause).to.equal(boom)
  })
})

describe('a message that ends in quarantine by policy', () => {
  for (const [what, error, reason] of [
    ['that might be retried', new Error('odd'), 'retries-exhausted'],
    ['that no retry can help', new Refused('odd'), 'non-retryable'],
  ] as const) {
    it(`is there for an error ${what}`, async () => {
      const { letters, signals, deliver } = await failing(() => error, {
        policy: failurePolicy(onError(Error).quarantine()),
      })
      await deliver()
      expect(letters).to.have.length(1)
      expect(letters[0]).to.include({ kind: 'quarantine', reason, attempts: 1 })
      expect(signals.at(-1)).to.include({ kind: 'quarantined', messageId: 'm-1', reason, error })
    })
  }
})

describe('a message that ends the process again and again', () => {
  it('is quarantined with what happened, and starts anew when it is replayed', async () => {
    const { attempts: attemptLog } = memoryStore()
    for (let crash = 0; crash < 2; crash++) await attemptLog.begin('inventory/reserve', 'm-1')
    const { letters, attempts, kinds, deliver } = await failing(() => undefined, {
      attemptLog,
      maxUnfinishedAttempts: 2,
    })
    await deliver()
    expect(letters[0]?.error.message).to.match(
      /^The message m-1 was started 2 times by inventory\/reserve and never finished\./,
    )
    expect(letters[0]).to.include({ kind: 'quarantine', reason: 'poison', attempts: 2, messageId: 'm-1' })
    expect(kinds()).to.deep.equal(['received', 'quarantined'])
    expect(attempts).to.deep.equal([])
    await deliver()
    expect(attempts).to.deep.equal([1])
  })

  it('may be started three times by default', async () => {
    const { attempts: attemptLog } = memoryStore()
    for (let crash = 0; crash < 2; crash++) await attemptLog.begin('inventory/reserve', 'm-1')
    const { letters, attempts, deliver } = await failing(() => undefined, { attemptLog })
    await deliver()
    expect([letters.length, attempts.length]).to.deep.equal([0, 1])
    for (let crash = 0; crash < 3; crash++) await attemptLog.begin('inventory/reserve', 'm-1')
    await deliver()
    expect([letters.length, attempts.length]).to.deep.equal([1, 1])
  })
})

describe('a message whose handler is disabled', () => {
  it('goes back to the broker, naming the handler', async () => {
    const { consumer, attempts, deliver } = await failing(() => undefined)
    consumer.disable('reserve')
    const error = (await failure(deliver())) as GuloError
    expect(error.code).to.equal('GULO_HANDLER_DISABLED')
    expect(error.message).to.match(/^The handler reserve of OrderPlacedV1 is disabled\./)
    consumer.enable('reserve')
    await deliver()
    expect(attempts).to.deep.equal([1])
  })
})

describe('a consumer that trips its circuit breaker', () => {
  it('holds the next message until the pause is over', async () => {
    let down = true
    const { clock, attempts, deliver } = await failing(() => (down ? new Refused('no') : undefined), {
      circuitBreaker: { minimum: 2, failureRatio: 1, pause: '10s' },
    })
    await deliver('m-1')
    await deliver('m-2')
    down = false
    const third = deliver('m-3')
    await clock.pass(9999)
    expect(attempts).to.have.length(2)
    await clock.pass(1)
    await third
    expect(attempts).to.have.length(3)
  })

  it('does not count what goes well', async () => {
    const { attempts, deliver } = await failing(() => undefined, {
      circuitBreaker: { minimum: 1, failureRatio: 1, pause: '10s' },
    })
    await deliver('m-1')
    await deliver('m-2')
    expect(attempts).to.have.length(2)
  })
})

describe('a consumer that nobody observes', () => {
  const never = new Error('boom')
  const retryLater = async () => undefined
  for (const [what, options] of [
    ['handles', {}],
    ['tries again', { policy: failurePolicy(anyError().retry(2, fixed(0))) }],
    ['pauses', { policy: failurePolicy(anyError().pause(0)) }],
    ['discards', { policy: failurePolicy(anyError().discard()) }],
    ['reschedules', { policy: failurePolicy(anyError().schedule([1])), retryLater }],
    ['dead-letters', { policy: failurePolicy(anyError().retry(1)) }],
    ['ignores duplicates', { inbox: { once: async () => 'duplicate' as const } }],
  ] as const) {
    it(`${what} all the same`, async () => {
      const { clock, deliver } = await failing((attempt) => (what === 'handles' || attempt > 1 ? undefined : never), {
        observers: [],
        ...options,
      })
      const settling = deliver()
      await clock.pass(1)
      await settling
    })
  }

  it('rejects with the error that the broker has to hear of', async () => {
    const { consumer, deliver } = await failing(() => undefined, { observers: [] })
    consumer.disable('reserve')
    expect(GuloError.is(await failure(deliver()), 'GULO_HANDLER_DISABLED')).to.equal(true)
  })
})

describe('a handler with a time limit', () => {
  it('is heard to have failed, and may stop by its signal', async () => {
    const { clock, consumer, transport, signals } = desk({
      handlerTimeout: '5s',
      policy: failurePolicy(anyError().discard()),
    })
    const aborted: boolean[] = []
    consumer.handle(OrderPlacedV1, (_, { signal }) => {
      signal.addEventListener('abort', () => void aborted.push(signal.aborted))
      return new Promise<void>(() => undefined)
    })
    await consumer.start()
    const settling = transport.deliver(received())
    await clock.pass(4999)
    expect(aborted).to.deep.equal([])
    await clock.pass(1)
    await settling
    expect(aborted).to.deep.equal([true])
    expect(signals.at(-1)).to.include({ kind: 'ignored', reason: 'discarded', group: 'inventory' })
  })

  it('leaves no timer behind when it is quick', async () => {
    const { clock, consumer, transport } = desk({ handlerTimeout: '5s' })
    await consumer.handle(OrderPlacedV1, () => undefined).start()
    await transport.deliver(received())
    await turn()
    expect(clock.timers).to.equal(0)
  })
})

describe('a handler whose events are published', () => {
  it('runs where they are gathered, under its name, and its duplicates too', async () => {
    const ran: string[] = []
    const sink: EventSink = { domainEvents: [], integrationEvents: [] }
    const publishing = {
      run: async <T>(context: MessageContext, what: string, work: () => Promise<T>) => {
        context.sink = sink
        context.transaction = 'tx'
        const value = await work()
        ran.push(`${what} ${value}`)
        return value
      },
    }
    const seen: unknown[] = []
    const inbox: Inbox = {
      once: async ({ consumer, messageId, transaction }, work) => {
        seen.push([consumer, messageId, transaction])
        if (seen.length > 1) return 'duplicate'
        await work()
        return 'done'
      },
    }
    const { consumer, transport, kinds } = desk({ publishing: publishing as unknown as EventPublishing, inbox })
    const raised = OrderPlacedV1.of({ orderId: 'raised' })
    await consumer.handle(OrderPlacedV1, () => result(undefined, raised), { name: 'reserve' }).start()
    await transport.deliver(received())
    await transport.deliver(received())
    expect(sink.integrationEvents).to.deep.equal([raised])
    expect(ran).to.deep.equal(['reserve done', 'reserve duplicate'])
    expect(seen).to.deep.equal([
      ['inventory/reserve', 'm-1', 'tx'],
      ['inventory/reserve', 'm-1', 'tx'],
    ])
    expect(kinds()).to.deep.equal(['received', 'handled', 'received', 'duplicate'])
  })
})

describe('the context of a message from outside', () => {
  it('has what its envelope says', async () => {
    const { consumer, transport } = desk()
    let context: MessageContext | undefined
    await consumer.handle(OrderPlacedV1, (_, given) => void (context = given)).start()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await transport.deliver(
      received({
        headers: {
          ce_correlationid: 'c-1',
          ce_causationid: 'm-0',
          ce_tenantid: 'acme',
          traceparent,
          tracestate: 'a=1',
          'x-own': 'kept',
        },
      }),
    )
    expect(context).to.include({
      messageId: 'm-1',
      correlationId: 'c-1',
      causationId: 'm-0',
      tenantId: 'acme',
      traceparent,
      tracestate: 'a=1',
      attempt: 1,
    })
    expect(context?.headers).to.include({ 'x-own': 'kept' })
  })
})
