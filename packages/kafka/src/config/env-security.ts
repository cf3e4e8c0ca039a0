import { readFile } from 'node:fs/promises'
import type { EnvReader } from './env-reader.js'
import type { KafkaSasl, KafkaTls, SecurityProtocol } from './security.js'

const PROTOCOLS: readonly SecurityProtocol[] = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']
const TLS_VARIABLES = [
  'KAFKA_SSL_CA',
  'KAFKA_SSL_CERT',
  'KAFKA_SSL_KEY',
  'KAFKA_SSL_KEY_PASSPHRASE',
  'KAFKA_SSL_SERVERNAME',
]
const SASL_VARIABLES = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']

export interface EnvironmentSecurity {
  readonly ssl: boolean | KafkaTls
  readonly sasl?: KafkaSasl
}

/** What the variables say about encryption and identity. */
export function securityFrom(env: EnvReader, token: (() => Promise<string>) | undefined): EnvironmentSecurity {
  const known = env.faults.length
  const protocol = env.choice('KAFKA_SECURITY_PROTOCOL', PROTOCOLS) ?? 'PLAINTEXT'
  if (env.faults.length > known) return { ssl: false }
  const sasl = protocol.startsWith('SASL_') ? saslFrom(env, token) : unused(env, SASL_VARIABLES, protocol)
  const ssl = protocol.endsWith('SSL') ? tlsFrom(env) : unused(env, TLS_VARIABLES, protocol)
  return { ssl: ssl ?? false, ...(sasl === undefined ? {} : { sasl }) }
}

function tlsFrom(env: EnvReader): boolean | KafkaTls {
  const found = {
    ca: env.pem('KAFKA_SSL_CA'),
    cert: env.pem('KAFKA_SSL_CERT'),
    key: env.pem('KAFKA_SSL_KEY'),
    passphrase: env.text('KAFKA_SSL_KEY_PASSPHRASE'),
    servername: env.text('KAFKA_SSL_SERVERNAME'),
  }
  const isSet = (name: string) => env.text(name) !== undefined || env.text(`${name}_FILE`) !== undefined
  const [cert, key] = ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const
  if (isSet(cert) && !isSet(key)) env.refuse(`${key} is not set; a certificate and its key go together.`)
  if (isSet(key) && !isSet(cert)) env.refuse(`${cert} is not set; a key and its certificate go together.`)
  const entries = Object.entries(found).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? true : (Object.fromEntries(entries) as KafkaTls)
}

function saslFrom(env: EnvReader, token: (() => Promise<string>) | undefined): KafkaSasl | undefined {
  const known = env.faults.length
  const mechanism = env.choice('KAFKA_SASL_MECHANISM', MECHANISMS) ?? 'PLAIN'
  if (mechanism === 'OAUTHBEARER') return bearerFrom(env, token)
  const [username, password] = [env.text('KAFKA_SASL_USERNAME'), env.text('KAFKA_SASL_PASSWORD')]
  if (username === undefined) env.refuse('KAFKA_SASL_USERNAME is not set.')
  if (password === undefined) env.refuse('KAFKA_SASL_PASSWORD is not set.')
  if (username === undefined || password === undefined || env.faults.length > known) return undefined
  return { mechanism: mechanism.toLowerCase() as 'plain' | 'scram-sha-256' | 'scram-sha-512', username, password }
}

function bearerFrom(env: EnvReader, token: (() => Promise<string>) | undefined): KafkaSasl | undefined {
  const path = env.text('KAFKA_SASL_OAUTHBEARER_TOKEN_FILE')
  if (token !== undefined) return { mechanism: 'oauthbearer', token }
  // read for every connection, because whoever puts tokens into files replaces them before they expire
  if (path !== undefined) return { mechanism: 'oauthbearer', token: async () => (await readFile(path, 'utf8')).trim() }
  return env.refuse(
    'KAFKA_SASL_OAUTHBEARER_TOKEN_FILE is not set; name the file with the token, or pass { token } to kafkaConfigFromEnv.',
  )
}

// Credentials that nobody looks at are a protocol that somebody forgot.
function unused(env: EnvReader, variables: readonly string[], protocol: string): undefined {
  const names = variables.flatMap((name) => [name, `${name}_FILE`]).filter((name) => env.text(name) !== undefined)
  if (names.length > 0) env.refuse(`${names.join(', ')} set, but KAFKA_SECURITY_PROTOCOL is ${protocol}.`)
  return undefined
}
