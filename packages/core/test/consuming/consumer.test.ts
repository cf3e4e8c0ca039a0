import {
  anyError,
  Consumer,
  Contract,
  createDecoder,
  failurePolicy,
  fixed,
  IntegrationEvent,
  type MessageContext,
  memoryTransport,
  onError,
  type Reader,
  standardReaders,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { Scene } from '../support/scene.js'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly number!: number
}
@Contract('ordering.order.dropped.v1', { key: 'orderId' })
class OrderDroppedV1 extends IntegrationEvent {
  readonly orderId!: string
}

const placed = (orderId: string, number = 1) => OrderPlacedV1.of({ orderId, number })
const TOPIC = 'ordering.order.placed.v1'
const fast = failurePolicy(anyError().retry(3, fixed(1)))

describe('a consumer', () => {
  let scene: Scene
  beforeEach(async () => {
    scene = new Scene()
    await scene.open()
  })
  afterEach(() => scene.close())

  it('hands an instance of the contract and its context to the handler', async () => {
    const seen: [OrderPlacedV1, MessageContext][] = []
    await scene
      .consumer()
      .handle(OrderPlacedV1, (event, context) => void seen.push([event, context]))
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('handled')
    const [[event, context]] = seen as [[OrderPlacedV1, MessageContext]]
    expect(event).to.be.instanceOf(OrderPlacedV1).and.to.include({ orderId: 'o-1', number: 1 })
    expect(context.messageId).to.equal(scene.of('handled')[0]?.envelope.id)
    expect(context.attempt).to.equal(1)
    expect(context.correlationId).to.equal(scene.of('handled')[0]?.envelope.correlationId)
  })

  it('handles the messages of one key in order while others go on at once', async () => {
    const seen: string[] = []
    let release = () => undefined as void
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const consumer = scene.consumer().handle(OrderPlacedV1, async ({ orderId, number }) => {
      if (orderId === 'slow' && number === 1) await held
      seen.push(`${orderId} ${number}`)
      scene.wake()
    })
    await consumer.start()
    await scene.publish(placed('slow', 1), placed('slow', 2), placed('quick', 1), placed('other', 1))
    await scene.when(() => seen.length === 2)
    expect(seen).to.have.members(['quick 1', 'other 1'])
    release()
    await scene.until('handled', 4)
    expect(seen.filter((each) => each.startsWith('slow'))).to.deep.equal(['slow 1', 'slow 2'])
  })

  it('tries a failing handler again, in place, and counts the attempts', async () => {
    const attempts: number[] = []
    await scene
      .consumer({ policy: fast })
      .handle(OrderPlacedV1, (_, { attempt }) => {
        attempts.push(attempt)
        if (attempt < 3) throw new Error('not yet')
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('handled')
    expect(attempts).to.deep.equal([1, 2, 3])
    expect(scene.of('retried').map(({ attempt, delayMs }) => [attempt, delayMs])).to.deep.equal([
      [1, 1],
      [2, 1],
    ])
    expect(scene.of('handled')[0]?.attempt).to.equal(3)
    expect(await scene.store.deadLetters.find()).to.deep.equal([])
  })

  it('dead-letters a message whose attempts are used up, exactly as it was received, and goes on', async () => {
    const seen: string[] = []
    await scene
      .consumer({ policy: fast, service: 'inventory-service' })
      .handle(OrderPlacedV1, function reserve({ orderId }) {
        if (orderId === 'bad') throw Object.assign(new Error('no shelf'), { code: 'NO_SHELF' })
        seen.push(orderId)
      })
      .start()
    await scene.publish(placed('bad'), placed('good'))
    await scene.until('dead-lettered')
    await scene.until('handled')
    expect(seen).to.deep.equal(['good'])
    const [letter] = await scene.store.deadLetters.find()
    expect(letter).to.include({
      kind: 'dead-letter',
      reason: 'retries-exhausted',
      attempts: 3,
      consumer: 'inventory/reserve',
      handler: 'reserve',
      service: 'inventory-service',
      type: TOPIC,
      replayCount: 0,
      status: 'new',
    })
    expect(letter?.error).to.include({ code: 'NO_SHELF', type: 'Error', message: 'no shelf' })
    expect(letter?.error.stack).to.contain('no shelf')
    expect(letter?.message.topic).to.equal(TOPIC)
    expect(new TextDecoder().decode(letter?.message.body as Uint8Array)).to.contain('"orderId":"bad"')
    expect(letter?.messageId).to.equal(scene.of('dead-lettered')[0]?.messageId)
    expect(Date.parse(letter?.firstFailedAt as string)).to.be.at.most(Date.parse(letter?.failedAt as string))
  })

  it('dead-letters at once what no retry can help', async () => {
    let attempts = 0
    await scene
      .consumer({ policy: fast })
      .handle(OrderPlacedV1, () => {
        attempts++
        throw Object.assign(new Error('refused'), { retryable: false })
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('dead-lettered')
    expect(attempts).to.equal(1)
    expect((await scene.store.deadLetters.find())[0]).to.include({ reason: 'non-retryable', attempts: 1 })
  })

  it('drops what the policy discards, and counts it', async () => {
    await scene
      .consumer({ policy: failurePolicy(onError(RangeError).discard()) })
      .handle(OrderPlacedV1, () => {
        throw new RangeError('never mind')
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('ignored')
    expect(scene.of('ignored')[0]).to.include({ reason: 'discarded' })
    expect(await scene.store.deadLetters.find()).to.deep.equal([])
  })

  it('quarantines bytes that cannot be read, and goes on', async () => {
    const seen: string[] = []
    await scene
      .consumer()
      .handle(OrderPlacedV1, ({ orderId }) => void seen.push(orderId))
      .start()
    await scene.forward(TOPIC, '{"orderId": oops')
    await scene.publish(placed('good'))
    await scene.until('quarantined')
    await scene.until('handled')
    expect(seen).to.deep.equal(['good'])
    const [letter] = await scene.store.deadLetters.find({ kind: 'quarantine' })
    expect(letter).to.include({ reason: 'deserialization', attempts: 0, messageId: undefined, consumer: 'inventory' })
    expect(letter?.error.code).to.equal('DESERIALIZATION_FAILED')
    expect(new TextDecoder().decode(letter?.message.body as Uint8Array)).to.equal('{"orderId": oops')
  })

  it('quarantines a payload that breaks its contract', async () => {
    let handled = false
    await scene
      .consumer({
        decode: () => {
          throw new Error('quantity is missing')
        },
      })
      .handle(OrderPlacedV1, () => {
        handled = true
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('quarantined')
    expect(handled).to.equal(false)
    const [letter] = await scene.store.deadLetters.find()
    expect(letter).to.include({ kind: 'quarantine', reason: 'schema', type: TOPIC })
    expect(letter?.error).to.include({ code: 'SCHEMA_INCOMPATIBLE' })
    expect(letter?.error.message).to.contain('quantity is missing')
  })

  it('lets the broker deliver again what could not be decoded for a moment', async () => {
    let times = 2
    await scene
      .consumer({
        decode: (messageClass, data) => {
          if (times-- > 0) throw Object.assign(new Error('database gone'), { retryable: true })
          return Object.assign(new messageClass(), data)
        },
      })
      .handle(OrderPlacedV1, () => undefined)
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('handled')
    expect(scene.of('redelivery')).to.have.length(2)
    expect(scene.of('quarantined')).to.deep.equal([])
  })

  for (const [what, payload] of [
    ['a text', '"x"'],
    ['an array', '[]'],
    ['null', 'null'],
  ] as const) {
    it(`quarantines a payload that is ${what}`, async () => {
      await scene
        .consumer()
        .handle(OrderPlacedV1, () => undefined)
        .start()
      await scene.forward(TOPIC, payload, {
        ce_id: '1',
        ce_source: 'x',
        ce_type: TOPIC,
        ce_specversion: '1.0',
        'content-type': 'application/json',
      })
      await scene.until('quarantined')
      expect(scene.of('quarantined')[0]).to.include({ reason: 'schema', messageId: '1' })
    })
  }

  it('never lets a prototype key through', async () => {
    const seen: OrderPlacedV1[] = []
    await scene
      .consumer()
      .handle(OrderPlacedV1, (event) => void seen.push(event))
      .start()
    await scene.forward(TOPIC, '{"orderId":"1","__proto__":{"admin":true}}', {
      ce_id: '1',
      ce_source: 'x',
      ce_type: TOPIC,
      ce_specversion: '1.0',
      'content-type': 'application/json',
    })
    await scene.when(() => scene.of('quarantined').length + scene.of('handled').length > 0)
    expect(seen.some((event) => 'admin' in event)).to.equal(false)
    expect('admin' in {}).to.equal(false)
  })

  it('ignores types that nobody handles, and counts them', async () => {
    const strategy = () => 'shared'
    await scene
      .consumer({ topics: strategy })
      .handle(OrderPlacedV1, () => undefined)
      .start()
    await scene.transport.publish([
      { id: '1', type: 'other.thing.done.v1', source: 'x', topic: 'shared', payload: {} },
      { id: '2', type: TOPIC, source: 'x', topic: 'shared', payload: { orderId: '1', number: 1 } },
    ])
    await scene.until('ignored')
    await scene.until('handled')
    expect(scene.of('ignored')[0]).to.include({ reason: 'unknown-type' })
  })

  it('dead-letters types that nobody handles, when told so', async () => {
    await scene
      .consumer({ topics: () => 'shared', unknownTypes: 'dead-letter' })
      .handle(OrderPlacedV1, () => undefined)
      .start()
    await scene.transport.publish([{ id: '1', type: 'other.thing.done.v1', source: 'x', topic: 'shared', payload: {} }])
    await scene.until('dead-lettered')
    const [letter] = await scene.store.deadLetters.find()
    expect(letter).to.include({ reason: 'unknown-type', type: 'other.thing.done.v1' })
    expect(letter?.error.code).to.equal('UNKNOWN_TYPE')
  })

  it('reads formats of its own when it is given a decoder', async () => {
    const seen: string[] = []
    const lines: Reader = {
      name: 'lines',
      recognises: ({ contentType }) => contentType === 'text/lines',
      read: ({ topic, body }) => {
        const [id = '', orderId = ''] = new TextDecoder().decode(body as Uint8Array).split('\n')
        return { id, type: TOPIC, source: 'lines', topic, payload: { orderId, number: 1 } }
      },
    }
    await scene
      .consumer({ readEnvelope: createDecoder({ readers: [lines, ...standardReaders] }) })
      .handle(OrderPlacedV1, ({ orderId }) => void seen.push(orderId))
      .start()
    await scene.forward(TOPIC, '7\no-1', { 'content-type': 'text/lines' })
    await scene.publish(placed('o-2'))
    await scene.until('handled', 2)
    expect(seen).to.have.members(['o-1', 'o-2'])
  })

  it('drops what has expired, and counts it', async () => {
    let handled = 0
    await scene
      .consumer()
      .handle(OrderPlacedV1, () => void handled++)
      .start()
    const fields = { type: TOPIC, source: 'x', topic: TOPIC, payload: { orderId: '1', number: 1 } }
    await scene.transport.publish([
      { ...fields, id: '1', deliverBy: '2020-01-01T00:00:00Z' },
      { ...fields, id: '2', deliverBy: '2999-01-01T00:00:00Z' },
    ])
    await scene.until('expired')
    await scene.until('handled')
    expect(handled).to.equal(1)
  })

  it('handles a redelivered message once when it has an inbox', async () => {
    let handled = 0
    await scene
      .consumer()
      .handle(OrderPlacedV1, () => void handled++)
      .start()
    scene.broker.faults.duplicateDelivery()
    await scene.publish(placed('o-1'))
    await scene.until('duplicate')
    expect(handled).to.equal(1)
  })

  it('handles it again when it has none', async () => {
    let handled = 0
    const bare = new Consumer({
      transport: scene.transport,
      group: 'bare',
      observers: [() => scene.wake()],
    })
    await bare.handle(OrderPlacedV1, () => void handled++).start()
    scene.broker.faults.duplicateDelivery()
    await scene.publish(placed('o-1'))
    await scene.when(() => handled === 2)
    await bare.stop()
  })

  it('settles each handler by itself when an event has several', async () => {
    const seen: string[] = []
    await scene
      .consumer({ policy: fast })
      .handle(OrderPlacedV1, () => void seen.push('first'), { name: 'first' })
      .handle(
        OrderPlacedV1,
        () => {
          seen.push('second')
          throw new Error('boom')
        },
        { name: 'second' },
      )
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('dead-lettered')
    expect(seen).to.deep.equal(['first', 'second', 'second', 'second'])
    expect((await scene.store.deadLetters.find()).map((letter) => letter.consumer)).to.deep.equal(['inventory/second'])
  })

  it('quarantines a message that was started again and again and never finished', async () => {
    let handled = 0
    await scene
      .consumer({ maxUnfinishedAttempts: 2 })
      .handle(OrderPlacedV1, () => void handled++, { name: 'reserve' })
      .start()
    const id = '0190a0a0-0000-7000-8000-000000000001'
    for (let crash = 0; crash < 2; crash++) await scene.store.attempts.begin('inventory/reserve', id)
    await scene.transport.publish([
      { id, type: TOPIC, source: 'x', topic: TOPIC, payload: { orderId: '1', number: 1 } },
    ])
    await scene.until('quarantined')
    expect(handled).to.equal(0)
    const [letter] = await scene.store.deadLetters.find()
    expect(letter).to.include({ kind: 'quarantine', reason: 'poison', attempts: 2, messageId: id })
    expect(letter?.error.code).to.equal('POISON_MESSAGE')
  })

  it('does not count attempts that came to an end', async () => {
    await scene
      .consumer({ maxUnfinishedAttempts: 1, policy: failurePolicy(anyError().retry(5, fixed(1))) })
      .handle(OrderPlacedV1, (_, { attempt }) => {
        if (attempt < 5) throw new Error('not yet')
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('handled')
    expect(scene.of('quarantined')).to.deep.equal([])
  })

  it('lets the broker keep a message that cannot be set aside, and sets it aside when that is possible again', async () => {
    const { deadLetters } = scene.store
    let down = true
    const shaky = {
      add: (letter: Parameters<typeof deadLetters.add>[0]) =>
        down ? Promise.reject(new Error('store down')) : deadLetters.add(letter),
    }
    await scene
      .consumer({ deadLetters: shaky, policy: failurePolicy(anyError().retry(1)) })
      .handle(OrderPlacedV1, () => {
        throw new Error('boom')
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('redelivery', 2)
    expect(await deadLetters.find()).to.deep.equal([])
    down = false
    await scene.until('dead-lettered')
    expect(await deadLetters.find()).to.have.length(1)
  })

  it('sets messages aside in topics beside their own when it has no store', async () => {
    const bare = new Consumer({
      transport: scene.transport,
      group: 'bare',
      policy: failurePolicy(anyError().retry(1)),
      observers: [() => scene.wake()],
    })
    await bare
      .handle(OrderPlacedV1, () => {
        throw new Error('boom')
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.forward(TOPIC, 'rubbish')
    await scene.when(
      () => scene.broker.messages(`${TOPIC}.dlq`).length > 0 && scene.broker.messages(`${TOPIC}.quarantine`).length > 0,
    )
    await bare.stop()
    const [dead] = scene.broker.messages(`${TOPIC}.dlq`)
    expect(dead?.headers).to.include({
      'dlq-reason': 'retries-exhausted',
      'dlq-attempts': '1',
      'dlq-error-code': 'HANDLER_FAILED',
      'dlq-error-message': 'boom',
      'dlq-original-topic': TOPIC,
    })
    expect(dead?.headers).to.include.keys('ce_id', 'dlq-original-partition', 'dlq-original-offset', 'dlq-failed-at')
    expect(JSON.parse(String(dead?.headers['dlq-error']))).to.deep.equal({
      error: { code: 'HANDLER_FAILED', message: 'boom', details: {} },
    })
    expect(new TextDecoder().decode(scene.broker.messages(`${TOPIC}.quarantine`)[0]?.body as Uint8Array)).to.equal(
      'rubbish',
    )
  })

  it('holds back the messages of a disabled handler until it is enabled', async () => {
    let handled = 0
    const consumer = scene.consumer()
    consumer.handle(OrderPlacedV1, () => void handled++, { name: 'reserve' })
    await consumer.start()
    consumer.disable('reserve')
    await scene.publish(placed('o-1'))
    await scene.until('redelivery', 2)
    expect(handled).to.equal(0)
    consumer.enable('reserve')
    await scene.until('handled')
    expect(handled).to.equal(1)
  })

  it('keeps the order of a key when a message is delivered again', async () => {
    const seen: string[] = []
    let down = true
    await scene
      .consumer({
        deadLetters: { add: () => Promise.reject(new Error('down')) },
        policy: failurePolicy(anyError().retry(1)),
      })
      .handle(OrderPlacedV1, ({ number }) => {
        if (number === 1 && down) throw new Error('boom')
        seen.push(String(number))
      })
      .start()
    await scene.publish(placed('o', 1), placed('o', 2), placed('o', 3))
    await scene.until('redelivery', 3)
    down = false
    await scene.until('handled', 3)
    expect(seen).to.deep.equal(['1', '2', '3'])
  })

  it('fails a handler that takes too long, and aborts its signal', async () => {
    let aborted = false
    await scene
      .consumer({ handlerTimeout: 20, policy: failurePolicy(anyError().retry(1)) })
      .handle(
        OrderPlacedV1,
        (_, { signal }) =>
          new Promise<void>(() => {
            signal.addEventListener('abort', () => {
              aborted = true
            })
          }),
        { name: 'stuck' },
      )
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('dead-lettered')
    expect(aborted).to.equal(true)
    const [letter] = await scene.store.deadLetters.find()
    expect(letter?.error.code).to.equal('TIMEOUT')
    expect(letter?.error.message).to.contain('stuck').and.to.contain('20 ms')
  })

  it('pauses the subscription when the policy says so, keeping the message', async () => {
    let down = true
    await scene
      .consumer({ policy: failurePolicy(onError(TypeError).pause('20ms')) })
      .handle(OrderPlacedV1, () => {
        if (down) throw new TypeError('database gone')
      })
      .start()
    await scene.publish(placed('o-1'))
    await scene.until('retried', 2)
    down = false
    await scene.until('handled')
    expect(scene.of('dead-lettered')).to.deep.equal([])
  })

  it('holds its messages when the circuit breaker trips', async () => {
    const warnings: string[] = []
    await scene
      .consumer({
        policy: failurePolicy(anyError().discard()),
        circuitBreaker: { minimum: 2, failureRatio: 0.5, pause: '30ms' },
        logger: { info: () => undefined, error: () => undefined, warn: (text) => void warnings.push(text) },
      })
      .handle(OrderPlacedV1, () => {
        throw new Error('boom')
      })
      .start()
    await scene.publish(placed('a'), placed('a', 2), placed('a', 3))
    await scene.until('ignored', 3)
    expect(warnings[0]).to.contain('circuit breaker of inventory holds its messages for 30 ms')
  })
})

describe('a consumer that cannot be', () => {
  it('reports every missing option at once', () => {
    expect(() => new Consumer({ concurrency: 0 } as never)).to.throw(
      /has 3 faults: group is missing.*transport is missing.*concurrency/,
    )
  })

  it('refuses to start without a handler', async () => {
    const consumer = new Consumer({ transport: memoryTransport(), group: 'g' })
    expect(await failure(consumer.start())).to.have.property('code', 'GULO_SUBSCRIPTION_INVALID')
  })

  it('refuses two handlers of one event with the same name', async () => {
    const consumer = new Consumer({ transport: memoryTransport(), group: 'g' })
    consumer
      .handle(OrderDroppedV1, () => undefined, { name: 'x' })
      .handle(OrderDroppedV1, () => undefined, { name: 'x' })
    expect(String(await failure(consumer.start()))).to.contain('two handlers of one event are named x')
  })

  it('refuses stop before start, a second start and late handlers', async () => {
    const transport = memoryTransport()
    await transport.start()
    const consumer = new Consumer({ transport, group: 'g' }).handle(OrderDroppedV1, () => undefined)
    expect(await failure(consumer.stop())).to.have.property('code', 'GULO_NOT_STARTED')
    expect(await failure(consumer.redeliver({} as never))).to.have.property('code', 'GULO_NOT_STARTED')
    await consumer.start()
    expect(await failure(consumer.start())).to.have.property('code', 'GULO_ALREADY_STARTED')
    expect(() => consumer.handle(OrderPlacedV1, () => undefined))
      .to.throw()
      .with.property('code', 'GULO_ALREADY_STARTED')
    await consumer.stop()
    await consumer.stop()
    await transport.stop()
  })

  it('says on stop what is still in flight when the deadline passes, and aborts its signal', async () => {
    const scene = new Scene()
    await scene.open()
    let aborted = false
    let entered = false
    const consumer = scene.consumer()
    consumer.handle(
      OrderPlacedV1,
      (_, { signal }) =>
        new Promise<void>((resolve) => {
          entered = true
          signal.addEventListener('abort', () => {
            aborted = true
            resolve()
          })
        }),
    )
    await consumer.start()
    await scene.publish(placed('o-1'))
    await scene.until('received')
    while (!entered) await new Promise((resolve) => setImmediate(resolve))
    const error = await failure(consumer.stop({ deadlineMs: 20 }))
    expect(error).to.have.property('code', 'GULO_STOP_DEADLINE')
    expect(aborted).to.equal(true)
    await scene.close()
  })
})
