import { BrokerDeadLetters, type DeadLetter, deadLetterHeaders, errorFactory, type OutgoingMessage } from '@gulo/core'
import { expect } from 'chai'
import { toDeadLetterError } from '../../dist/consuming/dead-letter-error.js'
import { desk, OrderPlacedV1, received, TYPE } from './support.js'

const fault = errorFactory({
  GULO_VALIDATION_FAILED: { message: 'Bad.', mend: 'Mend it.' },
  GULO_HANDLER_TIMEOUT: { message: 'Late.', mend: 'Hurry.' },
  GULO_CONTRACT_VIOLATION: { message: 'Broken.', mend: 'Mend it.' },
})
const told = (error: unknown, reason: DeadLetter['reason'] = 'retries-exhausted') => toDeadLetterError(error, reason)

/** The letter that a consumer writes for a handler that throws this. */
async function letterFor(thrown: unknown): Promise<DeadLetter> {
  const letters: DeadLetter[] = []
  const { consumer, transport, clock } = desk({ deadLetters: { add: async (letter) => void letters.push(letter) } })
  consumer.handle(OrderPlacedV1, () => Promise.reject(thrown), { name: 'reserve' })
  await consumer.start()
  const settling = transport.deliver(received())
  await clock.pass(10_000)
  await settling
  return letters[0] as DeadLetter
}

describe('the error of a dead letter', () => {
  it('has the code that other systems know', () => {
    expect(told(new Error('x'), 'deserialization').code).to.equal('DESERIALIZATION_FAILED')
    expect(told(new Error('x'), 'poison').code).to.equal('POISON_MESSAGE')
    expect(told(new Error('x'), 'unknown-type').code).to.equal('UNKNOWN_TYPE')
    expect(told(fault('GULO_VALIDATION_FAILED')).code).to.equal('VALIDATION_FAILED')
    expect(told(fault('GULO_HANDLER_TIMEOUT')).code).to.equal('TIMEOUT')
    expect(told(fault('GULO_CONTRACT_VIOLATION'), 'schema').code).to.equal('SCHEMA_INCOMPATIBLE')
  })

  it('keeps the code that an application gave its error, and only a text', () => {
    expect(told(Object.assign(new Error('x'), { code: 'NO_SHELF' })).code).to.equal('NO_SHELF')
    expect(told(Object.assign(new Error('x'), { code: 42 })).code).to.equal('HANDLER_FAILED')
    expect(told(new Error('x')).code).to.equal('HANDLER_FAILED')
  })

  it('has type, message and stack', () => {
    const error = told(new RangeError('too many'))
    expect(error).to.include({ type: 'RangeError', message: 'too many' })
    expect(error.stack).to.match(/^RangeError: too many\n/)
    expect(error.details).to.deep.equal({})
  })

  for (const [thrown, type, message] of [
    ['a text', 'string', 'a text'],
    [undefined, 'undefined', 'undefined'],
    [null, 'object', 'null'],
    [42, 'number', '42'],
  ] as const) {
    it(`tells what was thrown when that is no error: ${message}`, async () => {
      const { error } = await letterFor(thrown)
      expect(error).to.deep.equal({ code: 'HANDLER_FAILED', type, message, details: {}, stack: undefined })
    })
  }

  it('is written even for what cannot be said in text', async () => {
    const { error } = await letterFor(Object.create(null))
    expect(error).to.include({ code: 'HANDLER_FAILED', message: 'a thrown object without a text' })
    const odd = await letterFor(Object.assign(new Error('x'), { message: 42 }))
    expect(odd.error.message).to.equal('42')
  })

  it('has the whole message, also the mend of a Gulo error', () => {
    expect(told(fault('GULO_HANDLER_TIMEOUT')).message).to.equal('Late. Hurry.')
    expect(told(new Error('m'.repeat(3000))).message).to.have.length(3000)
  })

  it('has no more of the stack than 8192 characters, and none where there is none', () => {
    const long = Object.assign(new Error('x'), { stack: 's'.repeat(9000) })
    expect(told(long).stack).to.equal('s'.repeat(8192))
    const bare = new Error('x')
    delete bare.stack
    expect(told(bare).stack).to.equal(undefined)
    expect(told(Object.assign(new Error('x'), { stack: ['at a'] })).stack).to.equal(undefined)
  })

  it('has the small details of a Gulo error, and only what JSON can say', () => {
    const circular: unknown[] = []
    circular.push(circular)
    const details = {
      text: 'x',
      number: 1,
      yes: true,
      list: ['a', 1],
      object: { whole: 'message' },
      big: 1n,
      nothing: undefined,
      longList: ['x'.repeat(5000)],
      circular,
    }
    expect(told(fault('GULO_HANDLER_TIMEOUT', details)).details).to.deep.equal({
      text: 'x',
      number: 1,
      yes: true,
      list: ['a', 1],
    })
    const widest = ['x'.repeat(4096 - 4)]
    expect(told(fault('GULO_HANDLER_TIMEOUT', { widest, wider: [`${widest[0]}x`] })).details).to.deep.equal({ widest })
  })

  it('has no details of other errors', () => {
    expect(told(Object.assign(new Error('x'), { details: { password: 'secret' } })).details).to.deep.equal({})
  })
})

const letter: DeadLetter = {
  id: 'd-1',
  kind: 'dead-letter',
  status: 'new',
  reason: 'retries-exhausted',
  message: received(),
  messageId: 'm-1',
  type: TYPE,
  tenantId: undefined,
  consumer: 'inventory/reserve',
  handler: 'reserve',
  service: 'inventory-service',
  error: { code: 'NO_SHELF', type: 'ShelfError', message: 'no shelf', details: { shelf: 7 }, stack: 'at a\nat b' },
  attempts: 3,
  firstFailedAt: '2026-01-01T00:00:00.000Z',
  failedAt: '2026-01-01T00:00:02.000Z',
  replayCount: 0,
}

describe('the headers of a dead letter on a broker', () => {
  it('tell all that is known', () => {
    expect(deadLetterHeaders(letter)).to.deep.equal({
      'dlq-id': 'd-1',
      'dlq-reason': 'retries-exhausted',
      'dlq-error': '{"error":{"code":"NO_SHELF","message":"no shelf","details":{"shelf":7}}}',
      'dlq-error-code': 'NO_SHELF',
      'dlq-error-type': 'ShelfError',
      'dlq-error-message': 'no shelf',
      'dlq-error-stack': 'at a\nat b',
      'dlq-attempts': '3',
      'dlq-first-failed-at': '2026-01-01T00:00:00.000Z',
      'dlq-failed-at': '2026-01-01T00:00:02.000Z',
      'dlq-handler': 'reserve',
      'dlq-service': 'inventory-service',
      'dlq-consumer-group': 'inventory/reserve',
      'dlq-original-topic': TYPE,
      'dlq-original-partition': '1',
      'dlq-original-offset': '42',
      'dlq-original-timestamp': '1000',
    })
  })

  it('leave out what is not known, and tell a queue and a replay', () => {
    const message = { ...letter.message, partition: undefined, offset: undefined, timestamp: undefined, queue: 'q-1' }
    const error = { ...letter.error, stack: undefined }
    const headers = deadLetterHeaders({ ...letter, message, error, handler: undefined, replayCount: 2 })
    expect(headers).to.include({ 'dlq-original-queue': 'q-1', 'dlq-replay-count': '2' })
    expect(headers).to.not.have.any.keys(
      'dlq-original-partition',
      'dlq-original-offset',
      'dlq-original-timestamp',
      'dlq-handler',
      'dlq-error-stack',
    )
  })

  it('have no more of a message than 2048 characters', () => {
    const error = { ...letter.error, message: 'm'.repeat(3000) }
    const headers = deadLetterHeaders({ ...letter, error })
    expect(headers['dlq-error-message']).to.equal('m'.repeat(2048))
    expect(JSON.parse(headers['dlq-error'] as string).error.message).to.equal('m'.repeat(2048))
  })
})

describe('dead letters on a broker', () => {
  it('lie beside the topic of the message, with its own headers, body and key', async () => {
    const sent: OutgoingMessage[] = []
    const sink = new BrokerDeadLetters({ forward: async (messages) => void sent.push(...messages) })
    const message = { ...letter.message, key: 'o-1' }
    await sink.add({ ...letter, message })
    await sink.add({ ...letter, message, kind: 'quarantine' })
    expect(sent.map(({ topic }) => topic)).to.deep.equal([`${TYPE}.dlq`, `${TYPE}.quarantine`])
    expect(sent[0]).to.include({ type: TYPE, key: 'o-1', body: message.body })
    expect(sent[0]?.headers).to.include({ ce_id: 'm-1', 'dlq-id': 'd-1' })
  })
})
