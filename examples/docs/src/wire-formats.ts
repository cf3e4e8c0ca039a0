import { type Codec, createCodec, decode, type Envelope, nativeJson, type ReceivedMessage } from '@gulo/core'
import { kafka } from '@gulo/kafka'

export function speakingJson() {
  // #region codec
  const transport = kafka({ brokers: ['localhost:9092'], codec: nativeJson })
  // #endregion
  return transport
}

// #region limits
export const smallMessages: Codec = createCodec('cloudevents-structured', { maxBytes: 64_000 })
// #endregion

export function read(message: ReceivedMessage): Envelope {
  // #region decode
  const envelope = decode(message) // recognises every format of this page
  // #endregion
  return envelope
}

export const written = (codec: Codec, envelope: Envelope) => codec.encode(envelope)
