import { KafkaFailure } from '../client/client.js'
import { SASL_AUTHENTICATION_FAILED } from '../client/verdict.js'
import { reasonOf } from '../faults.js'

interface Shaped {
  readonly name?: string
  readonly message?: string
  readonly code?: unknown
  readonly cause?: unknown
  readonly errors?: readonly unknown[]
}

const UNSUPPORTED_COMPRESSION_TYPE = 76
// what kafkajs gives codes it has no name for
const UNNAMED = -99
const DEEPEST = 5
// kafkajs calls whatever happens while a client proves who it is a failed proof
const NETWORK = /clos(ed|ing)|Connection (error|timeout)|Not connected|timed out/i
// codes of Node for certificates that it does not accept
const UNTRUSTED = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_|INVALID_|PATH_LENGTH_)/
// RFC 8446: bad_certificate to unknown_ca, access_denied, certificate_required
const CERTIFICATE_ALERTS = new Set([42, 43, 44, 45, 46, 48, 49, 116])

/** Turns an error of kafkajs, however wrapped, into one with the code of the protocol. */
export function toFailure(error: unknown): KafkaFailure {
  if (error instanceof KafkaFailure) return error
  let found = error as Shaped | undefined
  for (let depth = 0; found && depth < DEEPEST; depth++) {
    if (found instanceof KafkaFailure) return found
    const code = codeOf(found)
    if (code === UNSUPPORTED_COMPRESSION_TYPE) return new KafkaFailure(`${reasonOf(found)}; pass codecs`, code, error)
    if (code !== undefined) return new KafkaFailure(reasonOf(found), code, error)
    const certificates = certificateFailure(found, error)
    if (certificates !== undefined) return certificates
    found = (found.errors?.[0] ?? found.cause) as Shaped | undefined
  }
  return new KafkaFailure(reasonOf(error), undefined, error)
}

function codeOf({ name, message = '', code }: Shaped): number | undefined {
  if (name === 'KafkaJSSASLAuthenticationError') return NETWORK.test(message) ? undefined : SASL_AUTHENTICATION_FAILED
  if (name === 'KafkaJSNotImplemented') return UNSUPPORTED_COMPRESSION_TYPE
  return typeof code === 'number' && code !== UNNAMED ? code : undefined
}

function certificateFailure({ message = '', code }: Shaped, error: unknown): KafkaFailure | undefined {
  if (typeof code !== 'string') return undefined
  if (UNTRUSTED.test(code)) return new KafkaFailure(message, undefined, error, 'untrusted')
  const alert = Number(/SSL alert number (\d+)/.exec(message)?.[1])
  if (!CERTIFICATE_ALERTS.has(alert)) return undefined
  const reason = `it was shown no certificate that it accepts (TLS alert ${alert}); see ssl.cert and ssl.key`
  return new KafkaFailure(reason, undefined, error, 'refused')
}

/** Settles like `work`, with errors of this package. */
export function translated<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw toFailure(error)
  })
}
