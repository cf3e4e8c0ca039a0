import kafkajs, { type KafkaConfig, type logCreator, type Mechanism, type SASLOptions } from 'kafkajs'
import type { KafkaSasl, KafkaTls } from '../config/security.js'
import type { KafkaSettings } from '../config/settings.js'
import { bearer } from './bearer.js'
import type { KillSwitch } from './kill-switch.js'
import type { Seeds } from './seeds.js'

/** What a client is made with. */
export interface Wiring {
  readonly seeds: Seeds
  readonly killSwitch: KillSwitch
  readonly retries: number
  /** Is told of errors. @default nobody is */
  readonly logCreator?: logCreator
}

/** A kafkajs client of its own for each use: what one shares with another cannot be cut off alone. */
export function newKafka(settings: KafkaSettings, wiring: Wiring): kafkajs.Kafka {
  const { seeds, killSwitch, retries, logCreator } = wiring
  const { clientId, ssl, sasl, connectTimeoutMs, requestTimeoutMs } = settings
  const config: KafkaConfig = {
    brokers: seeds.list,
    clientId,
    ssl: typeof ssl === 'boolean' ? ssl : toTls(ssl),
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries, initialRetryTime: 100, maxRetryTime: 1000 },
    socketFactory: killSwitch.socketFactory,
    logLevel: logCreator === undefined ? kafkajs.logLevel.NOTHING : kafkajs.logLevel.ERROR,
    logCreator: logCreator ?? (() => () => undefined),
  }
  return new kafkajs.Kafka(sasl === undefined ? config : { ...config, sasl: toSasl(sasl) })
}

function toTls({ ca, ...rest }: KafkaTls): Exclude<KafkaConfig['ssl'], boolean | undefined> {
  return ca === undefined ? { ...rest } : { ...rest, ca: typeof ca === 'string' ? ca : [...ca] }
}

function toSasl(sasl: KafkaSasl): SASLOptions | Mechanism {
  return sasl.mechanism === 'oauthbearer' ? bearer(sasl.token) : ({ ...sasl } as SASLOptions)
}
