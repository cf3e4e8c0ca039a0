import {
  anyError,
  Consumer,
  type ConsumerOptions,
  createRuntime,
  type DeadLetter,
  type DelayedForwarder,
  exponential,
  type FailurePolicy,
  type Forwarder,
  failurePolicy,
  fixed,
  type MemoryDeadLetters,
  memoryStore,
  type OutgoingMessage,
  onError,
  type ReceivedMessage,
  type Signal,
  type Transport,
  type TransportSubscription,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { ManualClock, turn } from '../support/manual-clock.js'
import { quietLogger } from '../support/scene.js'
import { OrderPlacedV1, received, TYPE } from './support.js'

class Busy extends Error {}

const policy = failurePolicy(onError(Busy).retry(2, fixed(0)).retryTopics(['10s', '1m']).deadLetter())

/** A transport worked by hand, that keeps what is forwarded. */
class Desk implements Transport, Forwarder {
  readonly subscriptions: TransportSubscription[] = []
  readonly forwarded: OutgoingMessage[] = []
  readonly closed: string[] = []
  refusal: Error | undefined
  refuseGroup: string | undefined

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  async publish(): Promise<void> {}
  async forward(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.refusal) throw this.refusal
    this.forwarded.push(...messages)
  }
  async subscribe(subscription: TransportSubscription) {
    if (subscription.group === this.refuseGroup) throw new Error('no such group')
    this.subscriptions.push(subscription)
    return { close: async () => void this.closed.push(subscription.group) }
  }
  /** Delivers to whoever reads the topic. */
  deliver(message: ReceivedMessage): Promise<void> {
    const reader = this.subscriptions.find(({ routes }) => routes.some(({ topic }) => topic === message.topic))
    return reader?.deliver([message])[0] ?? Promise.reject(new Error(`nobody reads ${message.topic}`))
  }
  /** Delivers the message forwarded last, as a broker would. */
  next(more: Partial<ReceivedMessage> = {}): Promise<void> {
    const { topic, key, body, headers } = this.forwarded.at(-1) as OutgoingMessage
    const place = { partition: 7, offset: '1', queue: undefined, timestamp: 5, redeliveries: 0 }
    return this.deliver({ topic, key, body, headers, ...place, ...more })
  }
}

describe('retry topics', () => {
  let clock: ManualClock
  let transport: Desk
  let signals: Signal[]
  let letters: MemoryDeadLetters
  let calls: { attempt: number; headers: unknown; id: string }[]
  let fail: (attempt: number) => unknown
  let consumer: Consumer

  const open = async (options: Partial<ConsumerOptions> = {}) => {
    consumer = new Consumer({
      transport,
      group: 'inventory',
      policy,
      deadLetters: letters,
      runtime: createRuntime({ clock }),
      logger: quietLogger,
      observers: [(signal) => void signals.push(signal)],
      ...options,
    }).handle(
      OrderPlacedV1,
      async (_, context) => {
        calls.push({ attempt: context.attempt, headers: context.headers, id: context.messageId })
        const error = fail(context.attempt)
        if (error) throw error
      },
      { name: 'Reserve' },
    )
    await consumer.start()
  }
  const settled = async (settling: Promise<void>, ms = 0) => {
    let outcome: unknown = 'pending'
    settling.then(
      () => (outcome = 'acknowledged'),
      (error: unknown) => (outcome = error),
    )
    await clock.pass(ms)
    await turn()
    return outcome
  }
  const kinds = () => signals.map(({ kind }) => kind)
  const letter = async () => (await letters.find())[0] as DeadLetter

  beforeEach(() => {
    clock = new ManualClock()
    transport = new Desk()
    signals = []
    letters = memoryStore().deadLetters
    calls = []
    fail = () => new Busy('no room')
  })
  afterEach(() => consumer.stop().catch(() => undefined))

  describe('of a consumer that starts', () => {
    it('are read from their beginning by a group beside its own, for the types of its topics', async () => {
      await open()
      const types = [TYPE]
      expect(transport.subscriptions.map(({ group, routes, startAt }) => ({ group, routes, startAt }))).to.deep.equal([
        {
          group: 'inventory.retry.topics',
          routes: [
            { topic: `${TYPE}.retry.inventory.1`, types },
            { topic: `${TYPE}.retry.inventory.2`, types },
          ],
          startAt: 'earliest',
        },
        { group: 'inventory', routes: [{ topic: TYPE, types }], startAt: undefined },
      ])
    })

    it('are not read where the policy has none', async () => {
      await open({ policy: failurePolicy() })
      expect(transport.subscriptions.map(({ group }) => group)).to.deep.equal(['inventory'])
    })

    it('are closed again when the broker refuses its topics, so that it may start again', async () => {
      transport.refuseGroup = 'inventory'
      expect(await failure(open())).to.have.property('message', 'no such group')
      expect(transport.closed).to.deep.equal(['inventory.retry.topics'])
      transport.refuseGroup = undefined
      await consumer.start()
      expect(transport.subscriptions.at(-1)?.group).to.equal('inventory')
    })

    it('are refused on a transport that cannot forward', async () => {
      const bare = {
        start: transport.start,
        stop: transport.stop,
        publish: transport.publish,
        subscribe: transport.subscribe,
      }
      expect(await failure(open({ transport: bare }))).to.have.property('code', 'GULO_FORWARD_UNAVAILABLE')
    })
  })

  describe('for a message whose attempts in place are used up', () => {
    it('take it as it was received, before it is acknowledged', async () => {
      await open()
      const message = { ...received({ headers: { mine: 'kept' } }), key: 'o-1', queue: 'q' }
      expect(await settled(transport.deliver(message))).to.equal('acknowledged')
      const [forwarded] = transport.forwarded
      expect(forwarded).to.deep.include({
        topic: `${TYPE}.retry.inventory.1`,
        type: TYPE,
        key: 'o-1',
        body: message.body,
      })
      expect(forwarded?.headers).to.deep.include({ ...message.headers })
      expect(kinds()).to.deep.equal(['received', 'retried', 'rescheduled'])
    })

    it('say in headers where it came from, what failed and when it is due', async () => {
      await open()
      await settled(transport.deliver({ ...received(), queue: 'q' }))
      expect(transport.forwarded[0]?.headers).to.include({
        'x-attempt': '3',
        'x-retry-at': '2026-01-01T00:00:10.000Z',
        'dlq-attempts': '2',
        'dlq-first-failed-at': '2026-01-01T00:00:00.000Z',
        'dlq-failed-at': '2026-01-01T00:00:00.000Z',
        'dlq-error-message': 'no room',
        'dlq-error-type': 'Busy',
        'dlq-handler': 'Reserve',
        'dlq-consumer-group': 'inventory/Reserve',
        'dlq-service': 'inventory',
        'dlq-original-topic': TYPE,
        'dlq-original-partition': '1',
        'dlq-original-offset': '42',
        'dlq-original-queue': 'q',
        'dlq-original-timestamp': '1000',
      })
    })

    it('leave it to the broker when they cannot take it', async () => {
      await open()
      transport.refusal = new Error('broker gone')
      expect(await settled(transport.deliver(received()))).to.equal(transport.refusal)
      expect(kinds()).to.deep.equal(['received', 'retried', 'redelivery'])
    })

    it('have it wait at the broker where that can keep it back', async () => {
      const delays: number[] = []
      const delayed: Desk & DelayedForwarder = Object.assign(transport, {
        forwardAfter: async (messages: readonly OutgoingMessage[], delayMs: number) => {
          delays.push(delayMs)
          transport.forwarded.push(...messages)
        },
      })
      await open({ transport: delayed })
      await settled(transport.deliver(received()))
      expect([delays, transport.forwarded.length]).to.deep.equal([[10_000], 1])
    })

    it('are not used where a policy names one that nobody reads', async () => {
      const wild: FailurePolicy = { ...policy, decide: () => ({ action: 'forward', stage: 3, delayMs: 1 }) }
      await open({ policy: wild })
      await settled(transport.deliver(received()), 60_000)
      expect(transport.forwarded).to.deep.equal([])
      expect((await letter()).reason).to.equal('retries-exhausted')
    })
  })

  describe('that hold a message', () => {
    beforeEach(async () => {
      await open()
      await settled(transport.deliver(received()))
      signals = []
      calls = []
    })

    it('do not give it to its handler before it is due', async () => {
      const settling = transport.next()
      expect(await settled(settling, 9999)).to.equal('pending')
      expect(calls).to.deep.equal([])
      fail = () => undefined
      expect(await settled(settling, 1)).to.equal('acknowledged')
      expect(calls).to.have.length(1)
    })

    it('hold up no other message meanwhile, not even of its key', async () => {
      const held = transport.next()
      fail = () => undefined
      expect(await settled(transport.deliver(received({ id: 'm-2' })))).to.equal('acknowledged')
      expect(await settled(held)).to.equal('pending')
    })

    it('give it to the handler as if it came from its own topic, with its attempts counted on', async () => {
      fail = () => undefined
      await settled(transport.next(), 10_000)
      expect(calls.map(({ attempt, id }) => ({ attempt, id }))).to.deep.equal([{ attempt: 3, id: 'm-1' }])
      expect(Object.keys(calls[0]?.headers ?? {}).filter((name) => /^(dlq|x)-/.test(name))).to.deep.equal([])
      expect(kinds()).to.deep.equal(['received', 'handled'])
    })

    it('pass it on to the next when it fails again, and then to the dead letters under its own origin', async () => {
      await settled(transport.next(), 10_000)
      const second = transport.forwarded[1] as OutgoingMessage
      expect(second.topic).to.equal(`${TYPE}.retry.inventory.2`)
      expect(second.headers).to.include({
        'x-attempt': '4',
        'x-retry-at': '2026-01-01T00:01:10.000Z',
        'dlq-attempts': '3',
        'dlq-first-failed-at': '2026-01-01T00:00:00.000Z',
        'dlq-original-partition': '1',
        'dlq-original-offset': '42',
      })
      expect(await settled(transport.next(), 60_000)).to.equal('acknowledged')
      expect(transport.forwarded).to.have.length(2)
      const { message, attempts, firstFailedAt, reason, handler } = await letter()
      expect({ attempts, firstFailedAt, reason, handler }).to.deep.equal({
        attempts: 4,
        firstFailedAt: '2026-01-01T00:00:00.000Z',
        reason: 'retries-exhausted',
        handler: 'Reserve',
      })
      expect(message).to.deep.equal(received())
    })

    it('give it back to the broker when the consumer stops before it is due', async () => {
      const settling = transport.next()
      expect(await settled(settling)).to.equal('pending')
      await consumer.stop()
      expect(await settled(settling)).to.have.property('code', 'GULO_STOPPED')
      expect([calls, clock.timers]).to.deep.equal([[], 0])
      expect(transport.closed).to.have.members(['inventory', 'inventory.retry.topics'])
    })

    it('drop it when it is no longer wanted by then', async () => {
      const { headers } = transport.forwarded[0] as OutgoingMessage
      const late = { ...headers, ce_expirytime: '2026-01-01T00:00:05Z' }
      expect(await settled(transport.next({ headers: late }), 10_000)).to.equal('acknowledged')
      expect([kinds(), calls]).to.deep.equal([['received', 'expired'], []])
    })

    it('do not believe a time further away than the policy ever waits', async () => {
      const { headers } = transport.forwarded[0] as OutgoingMessage
      const settling = transport.next({ headers: { ...headers, 'x-retry-at': '9999-01-01T00:00:00Z' } })
      expect(await settled(settling, 69_999)).to.equal('pending')
      await settled(settling, 1)
      expect(calls).to.have.length(1)
    })

    it('read headers given as bytes', async () => {
      const { headers } = transport.forwarded[0] as OutgoingMessage
      const bytes = Object.entries(headers).map(([name, value]) => [name, new TextEncoder().encode(value as string)])
      await settled(transport.next({ headers: Object.fromEntries(bytes) }), 10_000)
      expect(calls.map(({ attempt }) => attempt)).to.deep.equal([3])
    })

    it('try it from the beginning when its headers say nothing that can be', async () => {
      const { headers } = transport.forwarded[0] as OutgoingMessage
      const wild = {
        'x-attempt': '-1',
        'x-retry-at': 'soon',
        'dlq-original-partition': 'x',
        'dlq-original-offset': '1e9',
      }
      await settled(transport.next({ headers: { ...headers, ...wild, 'dlq-first-failed-at': 'once' } }))
      expect(calls.map(({ attempt }) => attempt)).to.deep.equal([1, 2])
      expect(transport.forwarded[1]?.headers).to.not.have.any.keys('dlq-original-partition', 'dlq-original-offset')
    })
  })

  it('run only the handler that failed', async () => {
    const others: number[] = []
    await open()
    await consumer.stop()
    transport = new Desk()
    consumer = new Consumer({
      transport,
      group: 'inventory',
      policy,
      deadLetters: letters,
      runtime: createRuntime({ clock }),
    })
      .handle(OrderPlacedV1, (_, context) => void others.push(context.attempt), { name: 'Other' })
      .handle(OrderPlacedV1, () => Promise.reject(new Busy('no room')), { name: 'Reserve' })
    await consumer.start()
    await settled(transport.deliver(received()))
    await settled(transport.next(), 10_000)
    expect(others).to.deep.equal([1])
    expect(transport.forwarded.map(({ topic }) => topic.at(-1))).to.deep.equal(['1', '2'])
  })

  it('keep a message among the dead letters whose handler is gone', async () => {
    await open()
    await settled(transport.deliver(received()))
    const { headers } = transport.forwarded[0] as OutgoingMessage
    await settled(transport.next({ headers: { ...headers, 'dlq-handler': 'Renamed' } }), 10_000)
    const { reason, handler, attempts, message } = await letter()
    expect({ reason, handler, attempts, topic: message.topic }).to.deep.equal({
      reason: 'unknown-type',
      handler: 'Renamed',
      attempts: 2,
      topic: TYPE,
    })
  })

  it('quarantine what nobody can read, as it came', async () => {
    await open()
    await settled(
      transport.deliver({ ...received(), topic: `${TYPE}.retry.inventory.1`, headers: { 'x-attempt': '2' } }),
    )
    const { reason, message } = await letter()
    expect([reason, message.topic]).to.deep.equal(['deserialization', TYPE])
  })

  it('let the inbox remember one success of all attempts', async () => {
    const { inbox } = memoryStore()
    await open({ inbox })
    await settled(transport.deliver(received()))
    fail = () => undefined
    await settled(transport.next(), 10_000)
    await settled(transport.next())
    await settled(transport.deliver(received()))
    expect(calls.filter(({ attempt }) => attempt > 2)).to.have.length(1)
    expect(kinds().filter((kind) => kind === 'duplicate')).to.have.length(2)
  })

  it('do not lose the replays of a message', async () => {
    await open()
    const history = { group: 'inventory', handler: 'Reserve', attempt: 1, firstFailedAt: undefined, replayCount: 2 }
    await settled(consumer.redeliver({ ...history, message: received() }))
    await settled(transport.next(), 10_000)
    await settled(transport.next(), 60_000)
    expect((await letter()).replayCount).to.equal(2)
  })
})

describe('a rule with retry topics', () => {
  const rule = onError(Busy)
    .retry(3, exponential({ jitter: 'none' }))
    .retryTopics(['10s', '1m', '15m'])
    .deadLetter()
  const random = { next: () => 0, bytes: () => new Uint8Array() }

  it('goes through attempts in place, then one topic after another, then its outcome', () => {
    const decided = [1, 2, 3, 4, 5, 6].map((attempt) => rule.decide(attempt, random as never))
    expect(decided).to.deep.equal([
      { action: 'retry', delayMs: 100 },
      { action: 'retry', delayMs: 200 },
      { action: 'forward', stage: 1, delayMs: 10_000 },
      { action: 'forward', stage: 2, delayMs: 60_000 },
      { action: 'forward', stage: 3, delayMs: 900_000 },
      { action: 'dead-letter' },
    ])
  })

  it('counts its topics on over several stages', () => {
    const mixed = anyError().retryTopics(['1s']).retry(2, fixed(0)).schedule(['5s']).retryTopics(['2s', '3s'])
    const decided = [1, 2, 3, 4, 5, 6].map((attempt) => mixed.decide(attempt, random as never))
    expect(decided).to.deep.equal([
      { action: 'forward', stage: 1, delayMs: 1000 },
      { action: 'retry', delayMs: 0 },
      { action: 'reschedule', delayMs: 5000 },
      { action: 'forward', stage: 2, delayMs: 2000 },
      { action: 'forward', stage: 3, delayMs: 3000 },
      { action: 'dead-letter' },
    ])
  })

  it('says itself in words', () => {
    expect(rule.describe()).to.equal(
      'on Busy: 3 attempts in place, waiting 100 ms·2ⁿ up to 30 s, then again from retry topics after 10 s, 1 m, 15 m, then dead-letter',
    )
  })

  it('reorders, needs no schedule, and reaches as far as its delays', () => {
    const { reorders, schedules, retryTopics, longestMs } = failurePolicy(rule)
    expect({ reorders, schedules, retryTopics, longestMs }).to.deep.equal({
      reorders: true,
      schedules: false,
      retryTopics: 3,
      longestMs: 970_300,
    })
  })

  it('is refused without a delay', () => {
    expect(() => onError(Busy).retryTopics([])).to.throw('retryTopics([]) has no delay')
    expect(() => onError(Busy).retryTopics(['soon' as never])).to.throw('retryTopics is "soon"')
  })
})
