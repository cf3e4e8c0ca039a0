import type { Envelope } from '../message/envelope.js'

/** Writes envelopes in one wire format. Reading is `decode`, which recognises every format. */
export interface Codec {
  readonly name: string
  /**
   * Bytes and headers of an envelope; the content type is the header `content-type`.
   * @throws GULO_ENVELOPE_INVALID, GULO_NOT_SERIALIZABLE or GULO_TOO_LARGE
   */
  encode(envelope: Envelope, options?: EncodeOptions): EncodedMessage
}

export interface EncodeOptions {
  /** What CloudEvents attributes are prefixed with in headers: `ce_` on Kafka, `cloudEvents_` on AMQP. @default ce_ */
  readonly prefix?: string
}

export interface EncodedMessage {
  /** `null` for a tombstone where the format has no envelope in the body. */
  readonly body: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
}
