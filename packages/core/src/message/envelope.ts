/**
 * A message on its way from the mapper to the far handler: CloudEvents 1.0 attributes and what routing needs.
 * Every wire format, the outbox columns and change data capture are derived from it.
 */
export interface Envelope {
  /** Unique together with `source`; UUIDv7 when made here. */
  readonly id: string
  /** Wire type of the contract, such as `ordering.order.placed.v1`. */
  readonly type: string
  /** The service that said it; a URI reference. */
  readonly source: string
  /** Where it goes: a Kafka topic, or what RabbitMQ derives its exchange from. */
  readonly topic: string
  /** RFC 3339; the text of the producer is kept as it is. */
  readonly occurredAt?: string | undefined
  /** The data: a JSON value, or bytes with a content type of their own. `undefined` is a tombstone. */
  readonly payload: unknown
  /** @default application/json */
  readonly contentType?: string | undefined
  /** Messages of one key keep their order. */
  readonly partitionKey?: string | undefined
  /** Explicit partition, for transports that have them. */
  readonly partition?: number | undefined
  readonly aggregateType?: string | undefined
  /** CloudEvents `subject`. */
  readonly aggregateId?: string | undefined
  readonly correlationId?: string | undefined
  /** The id of the message that caused this one. */
  readonly causationId?: string | undefined
  readonly tenantId?: string | undefined
  /** W3C trace context. */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  readonly dataVersion?: string | undefined
  readonly dataSchema?: string | undefined
  /** RFC 3339; a consumer drops the message after this time. CloudEvents `expirytime`. */
  readonly deliverBy?: string | undefined
  /** CloudEvents extension attributes beyond those above, and plain headers of the application. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}
