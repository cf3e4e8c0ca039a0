import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloudEventsBinary, type Transport } from '@gulo/core'
import { kafka, kafkaConfigFromEnv } from '@gulo/kafka'
import { describeTransport } from '@gulo/testing'
import { expect } from 'chai'
import { envelope, idOf, quiet, subscriptionOf, testOptions } from '../support/messages.js'
import { minimalWith } from '../support/minimal-service.js'
import { unique, until } from '../support/real-kafka.js'
import { describeWithSecureKafka, PASSWORDS, type SecureKafka } from '../support/secure-kafka.js'

/** The id of a message that went to the broker and came back, the transport being stopped afterwards. */
async function roundTrip(transport: Transport): Promise<string[]> {
  const topic = unique('secure')
  const seen: string[] = []
  await transport.start()
  await transport.publish([envelope(topic, 'a', 'one')])
  await transport.subscribe(subscriptionOf(topic, unique('group'), (message) => void seen.push(idOf(message))))
  await until(() => seen.length > 0)
  await transport.stop()
  return seen
}

describeWithSecureKafka('A listener that asks for SASL_SSL with SCRAM', (broker) => {
  const users = { username: 'alice', password: PASSWORDS.alice }
  for (const mechanism of ['scram-sha-256', 'scram-sha-512'] as const) {
    it(`takes and gives messages of a user with ${mechanism}`, async () => {
      const transport = broker().transport('scram', { sasl: { mechanism, ...users } })
      expect(await roundTrip(transport)).to.deep.equal(['a'])
    }).timeout(60_000)
  }

  it('carries events from handler to handler of a service', async () => {
    const transport = kafka({ ...broker().options('scram'), logger: quiet })
    expect(await minimalWith(transport, unique('inventory'))).to.equal('order-1')
  }).timeout(60_000)

  it('is reached by what the environment says', async () => {
    const env = {
      KAFKA_BOOTSTRAP_SERVERS: broker().address('scram'),
      KAFKA_SERVICE_NAME: 'inventory',
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'alice',
      KAFKA_SASL_PASSWORD: PASSWORDS.alice,
      KAFKA_SSL_CA: broker().ca,
    }
    expect(await roundTrip(fromEnvironment(env))).to.deep.equal(['a'])
  }).timeout(60_000)
})

describeWithSecureKafka('A listener with its own authority', (broker) => {
  it('takes and gives messages over TLS alone', async () => {
    expect(await roundTrip(broker().transport('tls'))).to.deep.equal(['a'])
  }).timeout(60_000)

  it('takes and gives messages of a client that shows a certificate', async () => {
    expect(await roundTrip(broker().transport('mutual'))).to.deep.equal(['a'])
  }).timeout(60_000)

  it('is reached with the texts of certificates from the environment', async () => {
    const { ca, client } = broker()
    const texts = { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: client.cert, KAFKA_SSL_KEY: client.key }
    expect(await roundTrip(fromEnvironment({ ...mutual(broker()), ...texts }))).to.deep.equal(['a'])
  }).timeout(60_000)

  it('is reached with the files of certificates that the environment names', async () => {
    const { ca, client } = broker()
    const folder = mkdtempSync(join(tmpdir(), 'gulo-pem-'))
    const file = (name: string, text: string) => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    }
    const files = {
      KAFKA_SSL_CA_FILE: file('ca.pem', ca),
      KAFKA_SSL_CERT_FILE: file('cert.pem', client.cert),
      KAFKA_SSL_KEY_FILE: file('key.pem', client.key),
    }
    try {
      expect(await roundTrip(fromEnvironment({ ...mutual(broker()), ...files }))).to.deep.equal(['a'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  }).timeout(60_000)

  it('is believed under another name when servername says so', async () => {
    const ssl = { ca: broker().ca, servername: 'kafka.example' }
    expect(await roundTrip(broker().transport('elsewhere', { ssl }))).to.deep.equal(['a'])
  }).timeout(60_000)
})

describeWithSecureKafka('A listener that asks for SASL without TLS', (broker) => {
  it('takes and gives messages of a user with a plain password', async () => {
    expect(await roundTrip(broker().transport('plain'))).to.deep.equal(['a'])
  }).timeout(60_000)

  it('takes and gives messages of the bearer of a token, fetched for every connection', async () => {
    const transport = broker().transport('bearer')
    expect(await roundTrip(transport)).to.deep.equal(['a'])
  }).timeout(60_000)
})

describeWithSecureKafka('What every transport promises', (broker) => {
  const create = () =>
    kafka({
      ...testOptions([]),
      ...broker().options('scram'),
      codec: cloudEventsBinary,
      ensureTopics: { partitions: 3 },
      redeliveryDelayMs: 100,
      deliverySize: 300,
      metadataRefreshMs: 500,
    })
  const facts = {
    patienceMs: 30_000,
    redeliveryDelayMs: 100,
    disturbances: 'they are tried without encryption, in disturbances.test.ts',
    delays: 'the transport cannot let messages wait',
  }
  describeTransport('Kafka (kafkajs) over SASL_SSL with SCRAM', () => ({ create }), { facts })
})

function fromEnvironment(env: Record<string, string>): Transport {
  const { brokers, groupId: _, ...rest } = kafkaConfigFromEnv(env)
  return kafka(testOptions(brokers, rest))
}

function mutual(broker: SecureKafka): Record<string, string> {
  return { KAFKA_BOOTSTRAP_SERVERS: broker.address('mutual'), KAFKA_SECURITY_PROTOCOL: 'SSL' }
}
