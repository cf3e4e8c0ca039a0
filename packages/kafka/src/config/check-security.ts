import { createSecureContext } from 'node:tls'
import type { KafkaOptions } from './options.js'
import { say } from './say.js'
import type { KafkaTls } from './security.js'

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']
const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']
const PEM = /-----BEGIN [A-Z0-9 ]+-----/
const PEM_TEXTS = ['cert', 'key'] as const

/** Faults of `securityProtocol`, `ssl` and `sasl`; the values of secrets are never told. */
export function findSecurityFaults(options: KafkaOptions): string[] {
  return [...protocolFaults(options), ...saslFaults(options), ...tlsFaults(options)]
}

function protocolFaults({ securityProtocol: protocol, ssl, sasl }: KafkaOptions): string[] {
  if (protocol === undefined) return []
  if (!PROTOCOLS.includes(protocol)) {
    return [`securityProtocol is ${say(protocol)}; expected ${PROTOCOLS.join(', ')}.`]
  }
  const faults: string[] = []
  const encrypted = protocol.endsWith('SSL')
  if (encrypted && ssl === false) faults.push(`securityProtocol is ${protocol}, but ssl is false.`)
  if (!encrypted && ssl) faults.push(`securityProtocol is ${protocol}, but ssl is given.`)
  if (protocol.startsWith('SASL') && sasl === undefined) {
    faults.push(`securityProtocol is ${protocol}, but sasl is missing.`)
  }
  if (!protocol.startsWith('SASL') && sasl !== undefined) {
    faults.push(`securityProtocol is ${protocol}, but sasl is given.`)
  }
  return faults
}

function saslFaults({ sasl }: KafkaOptions): string[] {
  if (sasl === undefined) return []
  if (!MECHANISMS.includes(sasl?.mechanism)) {
    return [`sasl.mechanism is ${say(sasl?.mechanism)}; expected ${MECHANISMS.join(', ')}.`]
  }
  if (sasl.mechanism === 'oauthbearer') {
    return typeof sasl.token === 'function' ? [] : ['sasl.token is missing; expected a function that fetches a token.']
  }
  return (['username', 'password'] as const)
    .filter((name) => typeof sasl[name] !== 'string' || sasl[name] === '')
    .map((name) => `sasl.${name} is missing.`)
}

function tlsFaults({ ssl }: KafkaOptions): string[] {
  if (ssl === undefined || typeof ssl === 'boolean') return []
  if (typeof ssl !== 'object' || ssl === null) return [`ssl is ${say(ssl)}; expected true, false or { ca, cert, key }.`]
  const authorities = ssl.ca === undefined ? [] : [ssl.ca].flat()
  const faults = PEM_TEXTS.filter((name) => ssl[name] !== undefined && !isPem(ssl[name])).map(notPem)
  if (!authorities.every(isPem)) faults.push(notPem('ca'))
  if ((ssl.cert === undefined) !== (ssl.key === undefined)) {
    faults.push(`ssl.${ssl.cert === undefined ? 'cert' : 'key'} is missing; a certificate and its key go together.`)
  }
  return faults.length > 0 ? faults : pairFaults(ssl)
}

// What cannot be used is found before the first connection; OpenSSL says what is wrong and never the text itself.
function pairFaults({ cert, key, passphrase }: KafkaTls): string[] {
  if (cert === undefined || key === undefined) return []
  try {
    createSecureContext(passphrase === undefined ? { cert, key } : { cert, key, passphrase })
    return []
  } catch (error) {
    return [`ssl.cert and ssl.key cannot be used together: ${(error as Error).message}.`]
  }
}

function isPem(text: unknown): boolean {
  return typeof text === 'string' && PEM.test(text)
}

function notPem(name: string): string {
  return `ssl.${name} is no PEM text; expected what is in the file, -----BEGIN and all, not its path.`
}
