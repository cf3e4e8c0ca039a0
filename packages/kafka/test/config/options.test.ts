import { GuloError } from '@gulo/core'
import { KAFKA_ERRORS, type KafkaOptions, kafka, kafkaConfigFromEnv } from '@gulo/kafka'
import { expect } from 'chai'
import { plainCodec } from '../support/codec.js'

function faultsOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (GuloError.is(error, 'GULO_CONFIGURATION_INVALID')) return String(error.details['faults'])
    throw error
  }
  return 'none'
}

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
    ['an unknown compression', { compression: 'zip' }, /compression is "zip"; expected none or gzip/],
    ['an unknown mechanism', { sasl: { mechanism: 'gssapi' } }, /sasl.mechanism is "gssapi"/],
    ['a missing password', { sasl: { mechanism: 'plain', username: 'me' } }, /sasl.password is missing/],
    ['a missing token function', { sasl: { mechanism: 'oauthbearer' } }, /sasl.token is missing/],
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

describe('The environment', () => {
  it('gives options and a group', () => {
    const config = kafkaConfigFromEnv({
      KAFKA_BOOTSTRAP_SERVERS: 'a:9092, b:9092',
      KAFKA_SERVICE_NAME: 'ordering',
      KAFKA_CONSUMER_GROUP_ID: 'ordering-blue',
      KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'secret',
    })
    expect(config).to.deep.equal({
      brokers: ['a:9092', 'b:9092'],
      clientId: 'ordering',
      groupId: 'ordering-blue',
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'secret' },
    })
  })

  it('names everything that is missing or wrong at once', () => {
    const faults = faultsOf(() =>
      kafkaConfigFromEnv({ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'GSSAPI' }),
    )
    expect(faults).to.match(
      /BOOTSTRAP_SERVERS is not set.*MECHANISM is "GSSAPI".*USERNAME is not set.*PASSWORD is not set/,
    )
    expect(
      faultsOf(() => kafkaConfigFromEnv({ KAFKA_BOOTSTRAP_SERVERS: 'a:1', KAFKA_SECURITY_PROTOCOL: 'TLS' })),
    ).to.match(/"TLS"/)
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
