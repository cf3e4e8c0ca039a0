import { KAFKA_ERRORS, type KafkaOptions, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { plainCodec } from '../support/codec.js'
import { faultsOf } from '../support/faults.js'

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'
const options = (more: object): KafkaOptions => ({ brokers: ['a:9092'], codec: plainCodec, ...more })

describe('Options that cannot work', () => {
  const wrong: [string, object, RegExp][] = [
    ['no brokers', { brokers: [] }, /brokers is empty; expected at least one host:port/],
    ['brokers as text', { brokers: 'a:9092' }, /brokers is "a:9092"; expected at least one/],
    ['a broker without a port', { brokers: ['localhost'] }, /brokers has "localhost"; expected host:port/],
    ['a broker as a URL', { brokers: ['kafka://a:9092'] }, /expected host:port/],
    ['a batch over 500', { batchSize: 501 }, /batchSize is 501; expected a whole number from 1 to 500/],
    ['a request time-out of 30 s', { requestTimeoutMs: 30_000 }, /requestTimeoutMs is 30000/],
    ['a number as text', { publishDeadlineMs: '5' }, /publishDeadlineMs is "5"/],
    [
      'heartbeats too far apart',
      { sessionTimeoutMs: 6000, heartbeatIntervalMs: 3000 },
      /more than a third of sessionTimeoutMs 6000/,
    ],
    [
      'an unknown compression',
      { compression: 'zip' },
      /compression is "zip"; expected none, gzip, snappy, lz4 or zstd/,
    ],
    ['an unknown mechanism', { sasl: { mechanism: 'gssapi' } }, /sasl.mechanism is "gssapi"/],
    ['a missing password', { sasl: { mechanism: 'plain', username: 'me' } }, /sasl.password is missing/],
    ['a missing token function', { sasl: { mechanism: 'oauthbearer' } }, /sasl.token is missing/],
    ['certificates as text', { ssl: 'ca.pem' }, /ssl is "ca.pem"; expected true, false or/],
    ['a path for a PEM text', { ssl: { ca: '/etc/ca.pem' } }, /ssl\.ca is no PEM text; expected what is in the file/],
    ['a certificate without its key', { ssl: { cert: PEM } }, /ssl\.key is missing; a certificate and its key/],
    ['an unknown protocol', { securityProtocol: 'TLS' }, /securityProtocol is "TLS"; expected PLAINTEXT, SSL/],
    ['a protocol without its credentials', { securityProtocol: 'SASL_SSL' }, /SASL_SSL, but sasl is missing/],
    ['a protocol that ssl contradicts', { securityProtocol: 'SSL', ssl: false }, /is SSL, but ssl is false/],
    ['certificates without a protocol for them', { securityProtocol: 'PLAINTEXT', ssl: true }, /but ssl is given/],
    ['fewer acks', { acks: 1 }, /acks is 1; expected "all": a leader that fails/],
    ['retries', { retries: 5 }, /retries is no option: what fails is sent again, unchanged, until publishDeadlineMs/],
    ['no idempotence', { idempotent: false }, /idempotent is no option: the producer is always idempotent/],
    ['committing by itself', { autoCommit: true }, /autoCommit is no option/],
    [
      'an unknown partitioner',
      { partitioner: 'sticky' },
      /"sticky"; expected key, round-robin, explicit or a function/,
    ],
    ['snappy without a codec', { compression: 'snappy' }, /compression is "snappy"; pass codecs: \{ snappy:/],
    ['half a codec', { codecs: { lz4: { compress() {} } } }, /codecs\.lz4 is .*both functions/],
    ['a codec for gzip', { codecs: { gzip: {} } }, /codecs\.gzip is not used/],
    ['no room', { maxBufferedMessages: 0 }, /maxBufferedMessages is 0/],
    ['a long linger', { lingerMs: 60_000 }, /lingerMs is 60000; expected a whole number from 0 to 10000/],
    ['topics in a list', { ensureTopics: { topics: ['a'] } }, /ensureTopics\.topics is a; expected \{ name/],
    ['a topic no broker would take', { ensureTopics: { topics: { 'a b': {} } } }, /"a b" is no name of a topic/],
    [
      'a setting that is no text',
      { ensureTopics: { topics: { a: { configs: { 'retention.ms': 5 } } } } },
      /topics\.a\.configs\.retention\.ms is 5; expected a text/,
    ],
    ['a suffix that is none', { deadLetterSuffix: 'dlq' }, /deadLetterSuffix is "dlq"; expected a dot/],
    ['no partitions', { ensureTopics: { partitions: 0 } }, /ensureTopics.partitions is 0/],
    ['a codec that is none', { codec: {} }, /codec is/],
  ]
  for (const [what, more, said] of wrong) {
    it(`are refused: ${what}`, () => expect(faultsOf(() => kafka(options(more)))).to.match(said))
  }

  it('are reported all at once', () => {
    const faults = faultsOf(() => kafka(options({ brokers: [], batchSize: 0, compression: 'zip' })))
    expect(faults).to.match(/brokers.*batchSize.*compression/)
  })

  it('never show a password', () => {
    const sasl = { mechanism: 'plain', username: '', password: 'hunter2' }
    expect(faultsOf(() => kafka(options({ sasl, batchSize: 0 })))).to.not.include('hunter2')
  })

  it('are refused when there are none', () => {
    expect(faultsOf(() => kafka(undefined as unknown as KafkaOptions))).to.match(/options is undefined/)
  })
})

describe('The table of errors', () => {
  for (const [code, { message, mend }] of Object.entries(KAFKA_ERRORS)) {
    it(`says in sentences what was found and how to mend it: ${code}`, () => {
      expect(message).to.match(/^[A-Z{].*[.}]$/)
      expect(mend).to.match(/^[A-Z].*\.$/)
    })
  }
})
