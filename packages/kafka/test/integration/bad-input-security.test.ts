import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KafkaOptions } from '@gulo/kafka'
import { expect } from 'chai'
import { faultsOf } from '../support/faults.js'
import { type Leak, leakOf } from '../support/leaks.js'
import { failureOf } from '../support/rejections.js'
import { describeWithSecureKafka, type ListenerName, PASSWORDS, unsignedToken } from '../support/secure-kafka.js'

const WRONG = 'wrong-s3cret-b00b'
const alice = { username: 'alice', password: PASSWORDS.alice }

interface Wrong {
  readonly title: string
  readonly listener: ListenerName
  readonly options: Partial<KafkaOptions>
  readonly code: string
  readonly reason: RegExp
}

describeWithSecureKafka('Starting with credentials that the broker does not accept', (broker) => {
  const wrongs: Wrong[] = [
    {
      title: 'a wrong password for SCRAM',
      listener: 'scram',
      options: { sasl: { mechanism: 'scram-sha-256', username: 'alice', password: WRONG } },
      code: 'KAFKA_REFUSED',
      reason: /invalid credentials with SASL mechanism SCRAM-SHA-256/,
    },
    {
      title: 'an unknown user',
      listener: 'scram',
      options: { sasl: { mechanism: 'scram-sha-512', username: 'ghost', password: WRONG } },
      code: 'KAFKA_REFUSED',
      reason: /invalid credentials/,
    },
    {
      title: 'a wrong plain password',
      listener: 'plain',
      options: { sasl: { mechanism: 'plain', username: 'alice', password: WRONG } },
      code: 'KAFKA_REFUSED',
      reason: /Invalid username or password/,
    },
    {
      title: 'a mechanism that is not enabled',
      listener: 'plain',
      options: { sasl: { mechanism: 'scram-sha-256', ...alice } },
      code: 'KAFKA_REFUSED',
      reason: /does not support the requested SASL mechanism/,
    },
    {
      title: 'a token that has expired',
      listener: 'bearer',
      options: { sasl: { mechanism: 'oauthbearer', token: async () => unsignedToken(WRONG, -30) } },
      code: 'KAFKA_REFUSED',
      reason: /the broker refused the token: .*invalid_token/,
    },
    {
      title: 'a token that is none',
      listener: 'bearer',
      options: { sasl: { mechanism: 'oauthbearer', token: async () => `${WRONG} is no token` } },
      code: 'KAFKA_REFUSED',
      reason: /sasl\.token answered no token/,
    },
    {
      title: 'no certificate of its own',
      listener: 'mutual',
      options: { ssl: true },
      code: 'KAFKA_REFUSED',
      reason: /it was shown no certificate that it accepts \(TLS alert \d+\); see ssl\.cert/,
    },
  ]
  for (const { title, listener, options, code, reason } of wrongs) {
    it(`is refused at once for ${title}, without telling a secret`, async () => {
      const given = options.ssl === true ? { ...options, ssl: { ca: broker().ca } } : options
      await expectRefusal(listener, given, code, reason)
    }).timeout(30_000)
  }

  const untrusted: (readonly [string, ListenerName, RegExp])[] = [
    ['nobody here knows the authority of', 'tls', /self-signed certificate/],
    ['names another host', 'elsewhere', /does not match certificate's altnames/],
    ['has expired', 'expired', /certificate has expired/],
  ]
  for (const [title, listener, reason] of untrusted) {
    it(`is refused at once by the client for a certificate that ${title}`, async () => {
      const { ca, strangerCa } = broker()
      const options = { ssl: { ca: listener === 'tls' ? strangerCa : ca } }
      await expectRefusal(listener, options, 'KAFKA_UNTRUSTED', reason)
    }).timeout(30_000)
  }

  it('is tried again when the token cannot be fetched, and says why in the end', async () => {
    const token = async () => Promise.reject(new Error('the token server is away'))
    const options = { sasl: { mechanism: 'oauthbearer', token }, startDeadlineMs: 1500 } as const
    const transport = broker().transport('bearer', options)
    const error = await failureOf(transport.start())
    await transport.stop()
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_UNREACHABLE', true])
    expect(error.message).to.match(/the token server is away/)
  }).timeout(30_000)

  it('is refused before any connection for a key that belongs to another certificate', () => {
    const { ca, client } = broker()
    const make = () => broker().transport('mutual', { ssl: { ca, cert: ca, key: client.key } })
    expect(faultsOf(make)).to.match(/ssl\.cert and ssl\.key cannot be used together: .*mismatch/)
    expect(leakOf(errorOf(make), client.key)).to.equal(undefined)
  })

  async function expectRefusal(listener: ListenerName, options: Partial<KafkaOptions>, code: string, reason: RegExp) {
    const logged: unknown[] = []
    const log = (...words: unknown[]) => void logged.push(words)
    const logger = { info: log, warn: log, error: log }
    // longer than the time-out of the test: what waits for its deadline fails
    const transport = broker().transport(listener, { ...options, logger, startDeadlineMs: 600_000 })
    const error = await failureOf(transport.start())
    const health = await transport.health()
    await transport.stop()
    expect([error.code, error.retryable]).to.deep.equal([code, false])
    expect(error.message).to.match(reason)
    expect(error.message).to.include(broker().address(listener))
    expect(health.status).to.equal('down')
    const leaks = [error, logged, health].map((told): Leak => leakOf(told, WRONG, ...Object.values(PASSWORDS)))
    expect(leaks).to.deep.equal([undefined, undefined, undefined])
  }
})

describeWithSecureKafka('Starting at a port that speaks another protocol', (broker) => {
  let web: Server
  before((done) => {
    web = createServer((_, answer) => answer.end('this is no Kafka')).listen(0, '127.0.0.1', done)
  })
  after((done) => void web.close(done))
  const webAddress = () => `127.0.0.1:${(web.address() as AddressInfo).port}`

  const cases: (readonly [string, () => readonly [ListenerName, Partial<KafkaOptions>], RegExp])[] = [
    ['a web server', () => ['proxied', { brokers: [webAddress()] }], /Closed connection/],
    ['the controller', () => ['proxied', { brokers: [broker().controller] }], /does not support the requested API/],
    ['TLS, without it', () => ['tls', { securityProtocol: 'PLAINTEXT', ssl: false }], /Closed connection/],
    [
      'plain text, with TLS',
      () => ['proxied', { securityProtocol: 'SSL', ssl: { ca: broker().ca } }],
      /before secure TLS connection was established/,
    ],
    [
      'no SASL, with it',
      () => ['proxied', { securityProtocol: 'SASL_PLAINTEXT', sasl: { mechanism: 'plain', ...alice } }],
      /not valid given the current SASL state/,
    ],
  ]
  for (const [title, given, reason] of cases) {
    it(`ends at its deadline, with the reason and where to look: ${title}`, async () => {
      const [listener, options] = given()
      const transport = broker().transport(listener, { ...options, startDeadlineMs: 1500 })
      const error = await failureOf(transport.start())
      await transport.stop()
      expect([error.code, error.retryable]).to.deep.equal(['KAFKA_UNREACHABLE', true])
      expect(error.message).to.match(reason)
      expect(error.message).to.match(/client listener and not the controller; and ssl and sasl/)
    }).timeout(30_000)
  }

  it('gets through where one address of three is right, whatever the order', async () => {
    const { open } = broker()
    for (const brokers of [
      [webAddress(), '127.0.0.1:1', open],
      ['127.0.0.1:1', webAddress(), open],
      [open, webAddress(), '127.0.0.1:1'],
    ]) {
      const transport = broker().transport('proxied', { brokers })
      await transport.start()
      expect(await transport.health()).to.deep.equal({ status: 'up' })
      await transport.stop()
    }
  }).timeout(60_000)
})

function errorOf(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}
