import { fault, reportFaults } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { describeValue } from '../message/message.js'
import { writeBinary } from './cloudevents-binary.js'
import { writeStructured } from './cloudevents-structured.js'
import type { Codec, EncodedMessage } from './codec.js'
import type { CodecLimits } from './headers.js'
import { writeNative } from './native-json.js'
import { writeShort } from './short-json.js'

type Write = (envelope: Envelope, prefix: string, limits: Required<CodecLimits>) => EncodedMessage

export type CodecName = 'cloudevents-binary' | 'cloudevents-structured' | 'native-json' | 'short-json'

const WRITERS: Readonly<Record<CodecName, Write>> = {
  'cloudevents-binary': writeBinary,
  'cloudevents-structured': writeStructured,
  'native-json': writeNative,
  'short-json': writeShort,
}

/** CloudEvents with attributes in headers and data alone in the body. The default of the transports. */
export const cloudEventsBinary: Codec = createCodec('cloudevents-binary')

/** CloudEvents with the whole event as JSON in the body. */
export const cloudEventsStructured: Codec = createCodec('cloudevents-structured')

/** The platform's own JSON envelope. */
export const nativeJson: Codec = createCodec('native-json')

/** The short JSON form: `id, type, version, ts, traceId, payload`. */
export const shortJson: Codec = createCodec('short-json')

/** Makes a codec with limits other than the default ones. @throws GULO_CONFIGURATION_INVALID */
export function createCodec(
  name: CodecName,
  { maxBytes = 1_000_000, maxHeaderBytes = 32_768 }: CodecLimits = {},
): Codec {
  reportFaults(`the codec ${name}`, [
    ...(Object.hasOwn(WRITERS, name) ? [] : [`its name is none of ${Object.keys(WRITERS).join(', ')}.`]),
    ...limitFaults({ maxBytes, maxHeaderBytes }),
  ])
  const write: Write = WRITERS[name]
  const limits = { maxBytes, maxHeaderBytes }
  return {
    name,
    encode(envelope, options) {
      if (typeof envelope !== 'object' || envelope === null) {
        throw fault('GULO_ENVELOPE_INVALID', { codec: name, wrong: `it is ${describeValue(envelope)}` })
      }
      return write(envelope, options?.prefix ?? 'ce_', limits)
    },
  }
}

/** What is wrong with limits; each has to be a whole number above 0. */
export function limitFaults(limits: Readonly<Record<string, number>>): string[] {
  return Object.entries(limits)
    .filter(([, value]) => !Number.isInteger(value) || value <= 0)
    .map(([name, value]) => `${name} is ${value}: use a whole number above 0.`)
}
