import { GuloError } from '@gulo/core'
import { KafkaFailure, type KafkaOptions, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient, type Fault } from '../support/fake-client.js'
import { manualRuntime, settled } from '../support/manual-clock.js'
import { envelope, testOptions } from '../support/messages.js'

async function start(leaders: (number | undefined)[] = [1], options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  client.topics.set('t', leaders)
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, ...options }))
  await transport.start()
  // the topic is looked up once, so that what follows is about sending alone
  await transport.publish([envelope('t', 'first', 'k')])
  client.sent.length = 0
  const send = (id: string, partition = 0) => transport.publish([envelope('t', id, 'k', { partition })])
  return { client, clock, transport, send }
}

/** Lets the scripted request number `at` meet `fault`, and every other one succeed. */
function only(at: number, fault: Fault) {
  return (_: unknown, number: number) => (number === at ? fault : undefined)
}

const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )
const batchesOf = (client: FakeClient) =>
  client.sent.map(({ batches }) => batches.map(({ name, ids }) => `${name}:${ids.join('')}`))

describe('Messages published in one turn', () => {
  it('go as one request to each leader, with one batch for each partition', async () => {
    const { client, send } = await start([1, 2, 1])
    await Promise.all([send('a', 0), send('b', 1), send('c', 2), send('d', 0)])
    expect(batchesOf(client)).to.deep.equal([['t/0:ad', 't/2:c'], ['t/1:b']])
  })

  it('go in requests of at most batchSize messages', async () => {
    const { client, send } = await start([1, 1], { batchSize: 3 })
    await Promise.all([send('a', 0), send('b', 0), send('c', 1), send('d', 1), send('e', 0)])
    const sizes = client.sent.map(({ batches }) => batches.flatMap(({ ids }) => ids).length)
    expect(Math.max(...sizes)).to.equal(3)
    expect(client.broker.ids('t/0').slice(-3)).to.deep.equal(['a', 'b', 'e'])
  })

  it('go in batches of at most maxBatchBytes', async () => {
    const { client, transport } = await start([1], { maxBatchBytes: 1000 })
    const big = { payload: 'x'.repeat(600), partition: 0 }
    await Promise.all(['a', 'b'].map((id) => transport.publish([envelope('t', id, 'k', big)])))
    expect(batchesOf(client)).to.deep.equal([['t/0:a'], ['t/0:b']])
  })
})

describe('While a request to a leader is under way', () => {
  it('no other goes to that leader, and what waits shares the next one', async () => {
    const { client, send } = await start([1, 1, 2])
    let answer = () => undefined as void
    const until = new Promise<void>((resolve) => {
      answer = resolve
    })
    client.script = only(1, { until })
    const first = send('a', 0)
    await settled()
    const rest = [send('b', 0), send('c', 1), send('d', 2), send('e', 0)]
    await settled()
    expect(batchesOf(client)).to.deep.equal([['t/0:a'], ['t/2:d']])
    answer()
    await Promise.all([first, ...rest])
    expect(batchesOf(client).at(-1)).to.deep.equal(['t/0:be', 't/1:c'])
  })
})

describe('When an answer is lost', () => {
  for (const lost of ['before', 'after'] as const) {
    it(`${lost} storing, each batch goes again alone, unchanged, before anything newer of its partition`, async () => {
      const { client, clock, send } = await start([1, 1])
      client.script = only(1, { lost })
      const first = [send('a', 0), send('b', 0), send('c', 1)]
      await settled()
      const later = send('d', 0)
      await clock.advance(1000)
      await Promise.all([...first, later])
      expect(batchesOf(client).slice(0, 3)).to.deep.equal([['t/0:ab', 't/1:c'], ['t/0:ab'], ['t/1:c']])
      expect(client.broker.ids('t/0').slice(-3)).to.deep.equal(['a', 'b', 'd'])
      expect(client.broker.ids('t/1')).to.include('c')
      expect(client.sessions).to.have.length(1)
    })
  }

  it('newer messages of the partition wait, however often it takes', async () => {
    const { client, clock, send } = await start()
    client.script = (_, number) => (number <= 4 ? { lost: 'after' } : undefined)
    const first = send('a')
    await settled()
    const later = [send('b'), send('c')]
    await clock.advance(5000)
    await Promise.all([first, ...later])
    expect(batchesOf(client)).to.deep.equal([...Array(5).fill(['t/0:a']), ['t/0:bc']])
    expect(client.broker.ids('t/0').slice(-3)).to.deep.equal(['a', 'b', 'c'])
  })

  it('the leaders are read anew', async () => {
    const { client, clock, send } = await start()
    const before = client.metadataReads
    client.script = only(1, { code: 6 })
    const sent = send('a')
    await clock.advance(1000)
    await sent
    expect(client.metadataReads).to.be.greaterThan(before)
  })

  it('messages without a key keep the partition they were given', async () => {
    const { client, clock, transport } = await start([1, 1, 1])
    client.script = only(1, { lost: 'after' })
    const sent = transport.publish([envelope('t', 'a'), envelope('t', 'b'), envelope('t', 'c')])
    await settled()
    client.topics.set('t', [1, undefined, undefined])
    await clock.advance(1000)
    await sent
    expect([...client.broker.ids()].sort()).to.deep.equal(['a', 'b', 'c', 'first'])
  })
})

describe('When the client resolves without an answer for a partition', () => {
  it('its batch is sent again before the publication resolves', async () => {
    const { client, clock, send } = await start([1, 1])
    client.script = only(1, { omit: [1] })
    const sent = Promise.all([send('a', 0), send('b', 1)])
    await clock.advance(1000)
    await sent
    expect(client.broker.ids('t/1')).to.include('b')
    expect(batchesOf(client)).to.deep.equal([['t/0:a', 't/1:b'], ['t/1:b']])
  })
})

describe('A client that keeps resolving without sending a partition', () => {
  it('is replaced long before the deadline', async () => {
    const { client, clock, send } = await start([1, 1])
    client.script = ({ session }) => (session === 1 ? { omit: [1] } : undefined)
    const sent = Promise.all([send('a', 0), send('b', 1)])
    await clock.advance(1000)
    await sent
    expect(client.broker.ids('t/1')).to.deep.equal(['b'])
    expect(client.sent.at(-1)?.session).to.equal(2)
  })
})

describe('A permanent rejection', () => {
  it('fails the message that is too large and nothing beside it', async () => {
    const { client, clock, send } = await start()
    client.script = ({ batches }) => (batches[0]?.ids.includes('huge') ? { code: 10 } : undefined)
    const results = Promise.allSettled(['a', 'b', 'huge', 'c', 'd'].map((id) => send(id)))
    await clock.advance(1000)
    expect((await results).map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(client.broker.ids('t/0').slice(-4)).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('is told with the unsent envelope and not retryable', async () => {
    const { client, clock, transport } = await start()
    client.script = () => ({ code: 10 })
    const message = envelope('t', 'huge', 'k')
    const failure = failureOf(transport.publish([message]))
    await clock.advance(1000)
    const { code, retryable, details } = await failure
    expect({ code, retryable, unsent: details['unsent'] }).to.deep.equal({
      code: 'KAFKA_PUBLISH_FAILED',
      retryable: false,
      unsent: [message],
    })
  })

  it('of one topic-partition leaves the others of the same request alone', async () => {
    const { client, clock, send } = await start([1, 1])
    client.script = ({ batches }) =>
      batches.some(({ name }) => name === 't/1') ? { code: 29, partitions: [1] } : undefined
    const results = Promise.allSettled([send('a', 0), send('b', 1)])
    await clock.advance(1000)
    expect((await results).map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected'])
    expect(client.broker.ids('t/0').filter((id) => id === 'a')).to.have.length(1)
  })

  it('after an attempt whose answer was lost is followed by a new producer', async () => {
    const { client, clock, send } = await start()
    client.script = (_, number) => (number === 1 ? { lost: 'after' } : number === 2 ? { code: 29 } : undefined)
    const first = failureOf(send('a'))
    await clock.advance(1000)
    await first
    // same size: on the old producer the broker would take it for the first one, and swallow it
    await Promise.all([send('b'), clock.advance(1000)])
    expect(client.broker.ids('t/0')).to.include('b')
    expect(client.sessions.map(({ destroyed }) => destroyed)).to.deep.equal([false, false])
  })
})

describe('When the deadline of a publication passes', () => {
  it('the publication is rejected as retryable, with the envelopes and the last answer', async () => {
    const { client, clock, transport } = await start([1], { publishDeadlineMs: 5000 })
    client.script = () => ({ lost: 'before' })
    const message = envelope('t', 'a', 'k')
    const failure = failureOf(transport.publish([message]))
    await clock.advance(5000)
    const error = await failure
    expect(error.message).to.match(/1 of 1 messages .* within 5000 ms; the last answer was: connection closed/)
    expect([error.retryable, error.details['unsent']]).to.deep.equal([true, [message]])
  })

  it('its producer is cut off before a new one sends what is left, in order', async () => {
    const { client, clock, send } = await start([1], { publishDeadlineMs: 5000 })
    client.script = ({ session }) => (session === 1 ? { lost: 'forever' } : undefined)
    const first = failureOf(send('a'))
    await clock.advance(3000)
    const later = [send('b'), send('c')]
    await clock.advance(2000)
    await first
    await Promise.all(later)
    expect(client.sessions.map(({ destroyed }) => destroyed)).to.deep.equal([true, false])
    expect(client.sent.map(({ session, batches }) => [session, ...(batches[0]?.ids ?? [])])).to.deep.equal([
      [1, 'a'],
      [2, 'b', 'c'],
    ])
  })

  it('batches of other publications that were under way go first on the new producer', async () => {
    const { client, clock, send } = await start([1, 2], { publishDeadlineMs: 5000 })
    client.script = ({ session }) => (session === 1 ? { lost: 'forever' } : undefined)
    const doomed = failureOf(send('a', 0))
    await clock.advance(3000)
    const other = send('b', 1)
    await settled()
    const later = send('c', 1)
    await clock.advance(2000)
    await doomed
    await Promise.all([other, later])
    expect(client.broker.ids('t/1')).to.deep.equal(['b', 'c'])
    expect(client.sent.filter(({ session }) => session === 2).map(({ batches }) => batches[0]?.ids)).to.deep.equal([
      ['b'],
      ['c'],
    ])
  })
})

describe('An answer to a producer that has been cut off', () => {
  it('does not count: what was under way has its turn on the new one before anything newer', async () => {
    const { client, clock, send } = await start([1, 2], { publishDeadlineMs: 5000 })
    const answers: (() => void)[] = []
    client.script = ({ batches }) => {
      if (batches[0]?.name === 't/0') return { lost: 'forever' }
      return { until: new Promise<void>((resolve) => void answers.push(resolve)) }
    }
    const doomed = failureOf(send('a', 0))
    await clock.advance(3000)
    const published = [send('b', 1)]
    await clock.advance(2000)
    await doomed
    answers[0]?.()
    published.push(send('c', 1))
    await settled()
    expect(batchesOf(client).slice(1)).to.deep.equal([['t/1:b'], ['t/1:b']])
    answers[1]?.()
    await settled()
    answers[2]?.()
    await Promise.all(published)
    expect(batchesOf(client).slice(1)).to.deep.equal([['t/1:b'], ['t/1:b'], ['t/1:c']])
  })
})

describe('A producer that the broker has given up on', () => {
  for (const code of [45, 47, 59]) {
    it(`with error ${code} is cut off, and the batch goes on a new one`, async () => {
      const { client, clock, send } = await start()
      client.script = only(1, { code })
      const sent = send('a')
      await clock.advance(1000)
      await sent
      expect(client.sessions.map(({ destroyed }) => destroyed)).to.deep.equal([true, false])
      expect(client.sent.map(({ session }) => session)).to.deep.equal([1, 2])
    })
  }

  it('is followed by one that connected well; those that failed to are never used', async () => {
    const { client, clock, send } = await start()
    client.connectScript = (session) => (session === 2 ? new KafkaFailure('coordinator is loading', 14) : undefined)
    client.script = only(1, { code: 45 })
    const sent = send('a')
    await clock.advance(5000)
    await sent
    expect(client.sent.map(({ session }) => session)).to.deep.equal([1, 3])
    expect(client.sessions[1]?.destroyed).to.equal(true)
  })
})
