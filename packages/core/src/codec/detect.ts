import { GuloError } from '../errors.js'
import { fault, reportFaults } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { Attributes } from './attributes.js'
import { limitFaults } from './codecs.js'
import { Incoming, type Readable, type ReadLimits } from './incoming.js'
import { binaryReader, structuredReader } from './read-cloudevents.js'
import { debeziumReader } from './read-debezium.js'
import { nativeReader, shortReader } from './read-platform.js'
import type { Reader } from './reader.js'

export interface DecoderOptions extends ReadLimits {
  /** Asked in this order; the first that recognises a message reads it. @default standardReaders */
  readonly readers?: readonly Reader[]
}

/** Makes the envelope of a message, whatever its format. */
export type Decoder = (message: Readable) => Envelope

/** CloudEvents, the platform's JSON formats, Debezium: in the order in which one could be taken for the next. */
export const standardReaders: readonly Reader[] = Object.freeze([
  structuredReader,
  binaryReader,
  nativeReader,
  shortReader,
  debeziumReader,
])

const LIMITS: Required<ReadLimits> = Object.freeze({ maxBytes: 10_485_760, maxHeaders: 256, maxHeaderBytes: 262_144 })
const NOTHING: Attributes = Object.freeze(new Attributes())

/**
 * Makes a decoder that knows more formats than `decode`, or other limits.
 * The decoder throws GULO_ENVELOPE_UNKNOWN, GULO_ENVELOPE_INVALID, GULO_BODY_INVALID or GULO_TOO_LARGE, never another error.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function createDecoder(options: DecoderOptions = {}): Decoder {
  const { readers = standardReaders } = options
  const { maxBytes = LIMITS.maxBytes, maxHeaders = LIMITS.maxHeaders, maxHeaderBytes = LIMITS.maxHeaderBytes } = options
  const limits = { maxBytes, maxHeaders, maxHeaderBytes }
  reportFaults('the decoder', limitFaults(limits))
  let before = NOTHING
  return (received) => {
    const message = sort(received, limits, before)
    before = message.attributes
    return read(readers, message)
  }
}

/** Reads CloudEvents, the platform's JSON formats and Debezium's outbox messages. @throws as {@link createDecoder} says */
export const decode: Decoder = (received) => read(standardReaders, sort(received, LIMITS, NOTHING))

function read(readers: readonly Reader[], message: Incoming): Envelope {
  for (const reader of readers) {
    try {
      if (reader.recognises(message)) return reader.read(message)
    } catch (error) {
      throw GuloError.is(error) ? error : invalid(reader.name, String(error), error)
    }
  }
  throw unrecognised(message)
}

function sort(received: Readable, limits: Required<ReadLimits>, before: Attributes): Incoming {
  try {
    return new Incoming(received, limits, before)
  } catch (error) {
    throw GuloError.is(error) ? error : invalid('incoming', String(error), error)
  }
}

// Who sent something of an envelope is better served by what is missing than by "unknown".
function unrecognised(message: Incoming): GuloError {
  const { specversion, id, source, type } = message.attributes
  const missing = Object.entries({ specversion, id, source, type }).filter(([, value]) => value === undefined)
  if (missing.length < 4) return invalid('cloudevents-binary', `it lacks ${list(missing)}`)
  const body = message.object()
  if (body !== undefined && 'payload' in body && ('occurred_at' in body || 'metadata' in body)) {
    const absent = ['id', 'type', 'source'].filter((name) => !(name in body))
    return invalid('native-json', `it lacks ${absent.join(', ')}`)
  }
  return fault('GULO_ENVELOPE_UNKNOWN', { topic: message.topic })
}

function list(entries: readonly (readonly [string, unknown])[]): string {
  return entries.map(([name]) => name).join(', ')
}

function invalid(codec: string, wrong: string, cause?: unknown): GuloError {
  return fault('GULO_ENVELOPE_INVALID', { codec, wrong }, cause)
}
