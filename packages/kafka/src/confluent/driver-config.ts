import type { Clock } from '@gulo/core'
import type { KafkaSasl, KafkaTls } from '../config/security.js'
import type { KafkaSettings } from '../config/settings.js'
import type { DriverConfig } from './driver.js'
import type { ConfluentOptions } from './options.js'

/** What a client needs to be made: the options of `kafka()`, and keys of librdkafka beside them. */
export interface DriverSettings extends KafkaSettings {
  readonly driverOptions: NonNullable<ConfluentOptions['driverOptions']>
  /** Real time: librdkafka has no other. */
  readonly clock: Clock
}

// The shortest that librdkafka takes.
const SHORTEST_CONNECT_MS = 1000
// A fail-over should not cost more than about a second on top of the broker's own.
const RECONNECT_MS = 100
const LONGEST_RECONNECT_MS = 1000
// Until then a topic that the broker does not know is looked for; the caller looks again by itself.
const TOPIC_PROPAGATION_MS = 1000
// Larger than any message: what is too large, the broker knows best.
const NO_LIMIT_BYTES = 1_000_000_000
// How long the other members wait for one that drains, as with kafkajs.
const REBALANCE_MS = 60_000
// Of a token that does not say itself until when it holds.
const TOKEN_LIFETIME_MS = 300_000

/** Longest wait for the first metadata of a connection, in milliseconds. */
export function connectDeadlineMs({ connectTimeoutMs }: KafkaSettings): number {
  return Math.max(connectTimeoutMs, SHORTEST_CONNECT_MS) + 2000
}

/** What every connection has in common. */
export function commonConfig(settings: DriverSettings): DriverConfig {
  const { brokers, clientId, ssl, sasl, connectTimeoutMs, requestTimeoutMs, driverOptions } = settings
  const channel = ssl === false ? 'plaintext' : 'ssl'
  return {
    'bootstrap.servers': brokers.join(','),
    'client.id': clientId,
    'security.protocol': sasl === undefined ? channel : `sasl_${channel}`,
    ...(typeof ssl === 'boolean' ? {} : tlsConfig(ssl)),
    ...(sasl === undefined ? {} : saslConfig(sasl, settings.clock)),
    'socket.connection.setup.timeout.ms': Math.max(connectTimeoutMs, SHORTEST_CONNECT_MS),
    'socket.timeout.ms': requestTimeoutMs,
    'socket.keepalive.enable': true,
    'reconnect.backoff.ms': RECONNECT_MS,
    'reconnect.backoff.max.ms': LONGEST_RECONNECT_MS,
    ...driverOptions,
  }
}

/** An idempotent producer that tries until it is destroyed: when to give up is decided above it. */
export function producerConfig(settings: DriverSettings): DriverConfig {
  return {
    'linger.ms': 0,
    'batch.size': settings.maxBatchBytes,
    'topic.metadata.propagation.max.ms': TOPIC_PROPAGATION_MS,
    'request.timeout.ms': settings.requestTimeoutMs,
    ...commonConfig(settings),
    'compression.type': settings.compression,
    'enable.idempotence': true,
    acks: -1,
    'message.timeout.ms': 0,
    'message.max.bytes': NO_LIMIT_BYTES,
    dr_cb: true,
  }
}

/** A member of a group that commits only what it is told to. */
export function consumerConfig(settings: DriverSettings, group: string): DriverConfig {
  const { sessionTimeoutMs, heartbeatIntervalMs, maxWaitTimeInMs, metadataRefreshMs } = settings
  return {
    'topic.metadata.refresh.interval.ms': metadataRefreshMs,
    'max.poll.interval.ms': Math.max(REBALANCE_MS, sessionTimeoutMs),
    'fetch.wait.max.ms': maxWaitTimeInMs,
    'fetch.error.backoff.ms': RECONNECT_MS,
    'statistics.interval.ms': heartbeatIntervalMs,
    ...commonConfig(settings),
    'session.timeout.ms': sessionTimeoutMs,
    'heartbeat.interval.ms': heartbeatIntervalMs,
    // All partitions go and come again, from what is committed: that is what the streams above expect.
    'partition.assignment.strategy': 'roundrobin',
    'group.id': group,
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'auto.offset.reset': 'earliest',
    'allow.auto.create.topics': false,
    offset_commit_cb: true,
  }
}

function tlsConfig({ ca, cert, key, passphrase, rejectUnauthorized = true }: KafkaTls): DriverConfig {
  return {
    'enable.ssl.certificate.verification': rejectUnauthorized,
    ...(ca === undefined ? {} : { 'ssl.ca.pem': typeof ca === 'string' ? ca : ca.join('\n') }),
    ...(cert === undefined ? {} : { 'ssl.certificate.pem': cert }),
    ...(key === undefined ? {} : { 'ssl.key.pem': key }),
    ...(passphrase === undefined ? {} : { 'ssl.key.password': passphrase }),
  }
}

function saslConfig(sasl: KafkaSasl, clock: Clock): DriverConfig {
  if (sasl.mechanism !== 'oauthbearer') {
    const { mechanism, username, password } = sasl
    return { 'sasl.mechanisms': mechanism.toUpperCase(), 'sasl.username': username, 'sasl.password': password }
  }
  const { token } = sasl
  return {
    'sasl.mechanisms': 'OAUTHBEARER',
    oauthbearer_token_refresh_cb: () => token().then((value) => toToken(value, clock)),
  }
}

/** What librdkafka wants to know of a token: if it is a JWT, it says itself whose it is and until when. */
function toToken(tokenValue: string, clock: Clock): unknown {
  const { sub, exp } = claimsOf(tokenValue)
  return {
    tokenValue,
    principal: typeof sub === 'string' ? sub : '',
    lifetime: typeof exp === 'number' ? exp * 1000 : clock.now() + TOKEN_LIFETIME_MS,
  }
}

function claimsOf(token: string): { readonly sub?: unknown; readonly exp?: unknown } {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) ?? {}
  } catch {
    return {}
  }
}
