import type { ErrorEntry } from '../errors.js'

/** What can be wrong with bytes and headers. */
export const WIRE_FAULTS = {
  GULO_ENVELOPE_INVALID: {
    message: 'The {codec} envelope is invalid: {wrong}.',
    mend: 'Send id, source, type and, where given, well formed optional attributes.',
  },
  GULO_BODY_INVALID: {
    message: 'The body of {type} cannot be read as {contentType}: {reason}.',
    mend: 'Send a body that fits its content type.',
  },
  GULO_ENVELOPE_UNKNOWN: {
    message: 'No codec recognises the message from {topic}.',
    mend: 'Send CloudEvents (binary or structured) or the native JSON envelope.',
  },
  GULO_NOT_SERIALIZABLE: {
    message: 'The payload of {type} cannot be written as JSON: {reason}.',
    mend: 'Use strings, finite numbers, booleans, null, arrays, plain objects and Dates, without cycles.',
  },
  GULO_TOO_LARGE: {
    message: '{bytes} bytes are too many for the {part} of {type}; the limit is {limit}.',
    mend: 'Send less, put large content elsewhere and a reference in the message, or raise the limit.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>
