import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@gulo/core'
import { type Environment, kafka, kafkaConfigFromEnv } from '@gulo/kafka'
import { expect } from 'chai'
import { faultsOf } from '../support/faults.js'

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const BROKERS = { KAFKA_BOOTSTRAP_SERVERS: 'a:9092' }
const config = (env: Environment) => kafkaConfigFromEnv({ ...BROKERS, ...env })
const faults = (env: Environment) => faultsOf(() => config(env))

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

describe('The environment, completely', () => {
  it('gives every option by its own variable', () => {
    const found = config({
      KAFKA_BATCH_SIZE: '100',
      KAFKA_LINGER_MS: '0',
      KAFKA_COMPRESSION: 'GZIP',
      KAFKA_PARTITIONER: 'round-robin',
      KAFKA_AUTO_OFFSET_RESET: 'latest',
      KAFKA_MAX_POLL_RECORDS: '50',
      KAFKA_SESSION_TIMEOUT_MS: '45000',
      KAFKA_MAX_BUFFERED_MESSAGES: '1000',
      KAFKA_DLQ_SUFFIX: '-dead',
    })
    expect(found).to.deep.equal({
      brokers: ['a:9092'],
      groupId: undefined,
      ssl: false,
      batchSize: 100,
      lingerMs: 0,
      compression: 'gzip',
      partitioner: 'round-robin',
      autoOffsetReset: 'latest',
      deliverySize: 50,
      sessionTimeoutMs: 45_000,
      maxBufferedMessages: 1000,
      deadLetterSuffix: '-dead',
    })
    expect(kafka(found).deadLetterSuffix).to.equal('-dead')
  })

  it('is checked with the names of the variables', () => {
    const wrong = {
      KAFKA_BOOTSTRAP_SERVERS: 'nowhere',
      KAFKA_BATCH_SIZE: '900',
      KAFKA_LINGER_MS: 'soon',
      KAFKA_COMPRESSION: 'zip',
      KAFKA_MAX_ATTEMPTS: '0',
      KAFKA_DLQ_ENABLED: 'maybe',
      KAFKA_DLQ_SUFFIX: 'dlq',
      KAFKA_ACKS: '1',
      KAFKA_ENABLE_IDEMPOTENCE: 'false',
      KAFKA_ENABLE_AUTO_COMMIT: 'true',
      KAFKA_RETRIES: '0',
    }
    const said = faults(wrong)
    for (const name of Object.keys(wrong)) expect(said).to.include(name)
    expect(said).to.match(/KAFKA_BATCH_SIZE is "900"; expected a whole number from 1 to 500/)
    expect(said).to.match(/KAFKA_ACKS is "1"; expected "all": with less, a leader that fails/)
  })

  it('takes what holds anyway', () => {
    const fixed = {
      KAFKA_ACKS: 'all',
      KAFKA_ENABLE_IDEMPOTENCE: 'true',
      KAFKA_ENABLE_AUTO_COMMIT: 'false',
      KAFKA_RETRIES: '5',
    }
    expect(faults(fixed)).to.equal('none')
    expect(faults({ KAFKA_ACKS: '-1', KAFKA_LINGER_MS: '' })).to.equal('none')
  })
})

describe('Certificates from the environment', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gulo-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('are PEM texts, on one line where need be, or files', () => {
    const path = join(folder, 'ca.pem')
    writeFileSync(path, PEM)
    const { ssl } = config({
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SSL_CA_FILE: path,
      KAFKA_SSL_CERT: PEM.replaceAll('\n', '\\n'),
      KAFKA_SSL_KEY: PEM,
      KAFKA_SSL_KEY_PASSPHRASE: 'secret',
    })
    expect(ssl).to.deep.equal({ ca: PEM, cert: PEM, key: PEM.trim(), passphrase: 'secret' })
  })

  it('are refused when they cannot be read, are none, are given twice or by half', () => {
    const protocol = { KAFKA_SECURITY_PROTOCOL: 'SSL' }
    const missing = join(folder, 'missing.pem')
    expect(faults({ ...protocol, KAFKA_SSL_CA_FILE: missing })).to.match(/KAFKA_SSL_CA_FILE .*cannot be read: ENOENT/)
    expect(faults({ ...protocol, KAFKA_SSL_CA: 'hunter2' })).to.match(/KAFKA_SSL_CA is no PEM text/)
    expect(faults({ ...protocol, KAFKA_SSL_CA: 'hunter2' })).to.not.include('hunter2')
    expect(faults({ ...protocol, KAFKA_SSL_CA: PEM, KAFKA_SSL_CA_FILE: missing })).to.match(/are both set; keep one/)
    expect(faults({ ...protocol, KAFKA_SSL_CERT: PEM })).to.match(/KAFKA_SSL_KEY is not set/)
    expect(faults({ ...protocol, KAFKA_SSL_KEY: PEM })).to.match(/KAFKA_SSL_CERT is not set/)
  })

  it('and credentials that no protocol asks for are refused', () => {
    expect(faults({ KAFKA_SSL_CA: PEM })).to.match(/KAFKA_SSL_CA set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT/)
    expect(faults({ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SASL_USERNAME: 'me' })).to.match(
      /USERNAME set, but .* is SSL/,
    )
  })
})

describe('OAUTHBEARER from the environment', () => {
  const bearer = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'OAUTHBEARER' }

  it('reads the file of the token for every connection', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gulo-'))
    const path = join(folder, 'token')
    const { sasl } = config({ ...bearer, KAFKA_SASL_OAUTHBEARER_TOKEN_FILE: path })
    if (sasl?.mechanism !== 'oauthbearer') return expect.fail(String(sasl?.mechanism))
    writeFileSync(path, 'one\n')
    const first = await sasl.token()
    writeFileSync(path, 'two\n')
    expect([first, await sasl.token()]).to.deep.equal(['one', 'two'])
    rmSync(folder, { recursive: true })
  })

  it('takes a function instead', () => {
    const token = async () => 'one'
    expect(kafkaConfigFromEnv({ ...BROKERS, ...bearer }, { token }).sasl).to.deep.equal({
      mechanism: 'oauthbearer',
      token,
    })
  })

  it('is refused without either', () => {
    expect(faults(bearer)).to.match(/OAUTHBEARER_TOKEN_FILE is not set; .* pass \{ token \}/)
  })
})

describe('The policy from the environment', () => {
  const decide = (env: Environment, attempt: number, error: unknown = new Error('not now')) =>
    config(env).policy?.decide(error, attempt, seededRandom(1)).action

  it('has as many attempts as KAFKA_MAX_ATTEMPTS, then the dead letters', () => {
    const env = { KAFKA_MAX_ATTEMPTS: '2' }
    expect([decide(env, 1), decide(env, 2)]).to.deep.equal(['retry', 'dead-letter'])
  })

  it('drops what failed where KAFKA_DLQ_ENABLED is false, hopeless or not', () => {
    const env = { KAFKA_DLQ_ENABLED: 'false' }
    const hopeless = Object.assign(new Error('never'), { retryable: false })
    expect([decide(env, 2), decide(env, 3), decide(env, 1, hopeless)]).to.deep.equal(['retry', 'discard', 'discard'])
  })

  it('is the default of the service where neither is set', () => {
    expect(config({ KAFKA_DLQ_ENABLED: 'true' })).to.not.have.property('policy')
  })
})
