import kafkajs, { type KafkaConfig, type SASLOptions } from 'kafkajs'
import type { KafkaSasl, KafkaTls } from '../config/security.js'
import type { KafkaSettings } from '../config/settings.js'
import type { KillSwitch } from './kill-switch.js'

/** A kafkajs client of its own for each use: what one shares with another cannot be cut off alone. */
export function newKafka(settings: KafkaSettings, killSwitch: KillSwitch, retries: number): kafkajs.Kafka {
  const { brokers, clientId, ssl, sasl, connectTimeoutMs, requestTimeoutMs } = settings
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    ssl: typeof ssl === 'boolean' ? ssl : toTls(ssl),
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries, initialRetryTime: 100, maxRetryTime: 1000 },
    socketFactory: killSwitch.socketFactory,
    logLevel: kafkajs.logLevel.NOTHING,
    logCreator: () => () => undefined,
  }
  return new kafkajs.Kafka(sasl === undefined ? config : { ...config, sasl: toSasl(sasl) })
}

function toTls({ ca, ...rest }: KafkaTls): Exclude<KafkaConfig['ssl'], boolean | undefined> {
  return ca === undefined ? { ...rest } : { ...rest, ca: typeof ca === 'string' ? ca : [...ca] }
}

function toSasl(sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl } as SASLOptions
  const { token } = sasl
  return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) }
}
