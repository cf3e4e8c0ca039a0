import { type Codec, type Envelope, GuloError, type Readable } from '@gulo/core'

export const ENVELOPE: Envelope = {
  id: '0190f3c2-7b1a-7c3d-8e4f-112233445566',
  type: 'ordering.order.placed.v1',
  source: 'ordering',
  topic: 'orders',
  occurredAt: '2026-11-21T10:00:00.123456789+02:00',
  payload: { orderId: 'o-1', total: 12.5 },
  partitionKey: 'o-1',
  aggregateId: 'o-1',
  correlationId: 'c-1',
  causationId: 'm-0',
  tenantId: 'acme',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  dataVersion: '1.0',
  dataSchema: 'https://schemas.example/order-placed/1',
  deliverBy: '2026-11-22T10:00:00Z',
  headers: { priority: 'high', 'x-request-id': 'r-1' },
}

/** What a transport hands out for an envelope that it was given. */
export function wire(envelope: Envelope, codec: Codec, prefix?: string): Readable {
  const { body, headers } = codec.encode(envelope, prefix === undefined ? undefined : { prefix })
  return { topic: envelope.topic, key: envelope.partitionKey, body, headers }
}

export function received(
  body: Uint8Array | string | object | null,
  headers: Record<string, unknown> = {},
  rest: Partial<Readable> = {},
): Readable {
  return { topic: 'orders', key: undefined, body: bytesOf(body), headers: headers as Readable['headers'], ...rest }
}

export function bodyText(body: Uint8Array | null): string {
  return Buffer.from(body as Uint8Array).toString()
}

/** Headers as Kafka hands them out. */
export function inBuffers(message: Readable): Readable {
  const entries = Object.entries(message.headers).map(([name, value]) => [name, Buffer.from(value)])
  return { ...message, headers: Object.fromEntries(entries) }
}

/** The envelope without what is undefined. */
export function present(envelope: Envelope): Partial<Envelope> {
  return Object.fromEntries(Object.entries(envelope).filter(([, value]) => value !== undefined))
}

/** The code of the GuloError that `work` throws; fails on any other outcome. */
export function codeOf(work: () => unknown): string {
  return errorOf(work).code
}

export function errorOf(work: () => unknown): GuloError {
  let value: unknown
  try {
    value = work()
  } catch (error) {
    if (GuloError.is(error)) return error
    throw error
  }
  throw new Error(`expected an error, but it answered ${JSON.stringify(value)}`)
}

function bytesOf(body: Uint8Array | string | object | null): Uint8Array | null {
  if (body === null || body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
