import { expect } from 'chai'
import { isHopeless } from '../../dist/client/verdict.js'
import { toFailure } from '../../dist/kafkajs/failures.js'

const named = (name: string, message: string, more: object = {}) => Object.assign(new Error(message), { name, ...more })
const unproven = (message: string) => named('KafkaJSSASLAuthenticationError', message)

describe('An error of kafkajs while it proves who it is', () => {
  for (const message of [
    'SASL SCRAM SHA256 authentication failed: Closed connection',
    'SASL PLAIN authentication failed: Connection error: read ECONNRESET',
    'SASL PLAIN authentication failed: Request SaslAuthenticate(key: 36, version: 1) timed out',
    'SASL SCRAM SHA512 authentication failed: Connection timeout',
  ]) {
    it(`may pass, when it is the network's: ${message}`, () => {
      const failure = toFailure(unproven(message))
      expect([failure.code, isHopeless(failure), failure.message]).to.deep.equal([undefined, false, message])
    })
  }

  it('will not pass, when it is the broker that refuses', () => {
    const failure = toFailure(unproven('SASL PLAIN authentication failed: Invalid username or password'))
    expect([failure.code, isHopeless(failure)]).to.deep.equal([58, true])
  })
})

describe('An error of TLS, wrapped by kafkajs', () => {
  const wrapped = (message: string, code: string) =>
    toFailure(
      named('KafkaJSNumberOfRetriesExceeded', message, { cause: named('KafkaJSConnectionError', message, { code }) }),
    )

  it('tells a certificate that nobody vouches for from one that was not shown', () => {
    expect(wrapped('certificate has expired', 'CERT_HAS_EXPIRED').kind).to.equal('untrusted')
    const alert = 'ssl3_read_bytes: alert bad certificate: SSL alert number 42'
    expect(wrapped(alert, 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE').kind).to.equal('refused')
  })

  it('may pass when it is about something else', () => {
    const internal = 'ssl3_read_bytes: alert internal error: SSL alert number 80'
    for (const failure of [wrapped(internal, 'ERR_SSL_ALERT'), wrapped('read ECONNRESET', 'ECONNRESET')])
      expect([failure.kind, isHopeless(failure)]).to.deep.equal([undefined, false])
  })
})
