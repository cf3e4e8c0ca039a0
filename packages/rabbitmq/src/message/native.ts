import type { ConsumeMessage, Options } from 'amqplib'

type Headers = Record<string, string | Uint8Array>
type Properties = Pick<
  Options.Publish,
  | 'messageId'
  | 'type'
  | 'correlationId'
  | 'contentEncoding'
  | 'replyTo'
  | 'appId'
  | 'priority'
  | 'expiration'
  | 'timestamp'
>

// Native properties of a message that is no CloudEvent: three under the names that other envelopes have for them.
const NAMED = { messageId: 'message-id', type: 'message-type', correlationId: 'correlation-id' } as const
const TEXTS = {
  contentEncoding: 'amqp-content-encoding',
  replyTo: 'amqp-reply-to',
  appId: 'amqp-app-id',
  expiration: 'amqp-expiration',
} as const
const NUMBERS = { priority: 'amqp-priority', timestamp: 'amqp-timestamp' } as const
const MAX_SHORT = 255

/** Adds the native properties of a message to its headers, so that they survive being set aside. */
export function addProperties(headers: Headers, properties: ConsumeMessage['properties']): void {
  for (const [property, name] of Object.entries({ ...NAMED, ...TEXTS, ...NUMBERS })) {
    const value: unknown = properties[property as keyof Properties]
    if (value === undefined || value === null || Object.hasOwn(headers, name)) continue
    headers[name] = String(value)
  }
}

/**
 * The native properties that headers carry, and the headers without them. What is set aside (`parked`) keeps its
 * expiration as a header: it would be dropped when that time is over.
 */
export function nativeProperties(
  headers: Readonly<Headers>,
  parked: boolean,
): { readonly headers: Headers; readonly properties: Properties } {
  const rest: Headers = { ...headers }
  const properties: Record<string, string | number> = {}
  for (const [property, name] of Object.entries({ ...NAMED, ...TEXTS, ...NUMBERS })) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined
    if (typeof value !== 'string' || Buffer.byteLength(value) > MAX_SHORT) continue
    if (property === 'expiration' && (parked || !/^\d+$/.test(value))) continue
    if (property in NUMBERS && !isNumber(property, value)) continue
    properties[property] = property in NUMBERS ? Number(value) : value
    // Other envelopes may have had these three as headers as well.
    if (!(property in NAMED)) delete rest[name]
  }
  return { headers: rest, properties: properties as Properties }
}

// An octet, and seconds since 1970: the channel would be closed over anything else.
function isNumber(property: string, text: string): boolean {
  return /^\d{1,15}$/.test(text) && (property !== 'priority' || Number(text) <= 255)
}
