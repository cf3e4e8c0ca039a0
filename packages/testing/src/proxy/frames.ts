/** The side that something in a proxy comes from. */
export type ProxySide = 'client' | 'server'

/** What a proxy passes on in one piece: a frame where a reader tells frames apart, else bytes as they come. */
export interface ProxyFrame {
  readonly from: ProxySide
  /** What the reader calls it; `bytes` without a reader. */
  readonly name: string
  readonly bytes: Buffer
  /** Number of the connection, counted from 1. */
  readonly connection: number
}

/** Tells the frames of one connection apart, so that faults can pick single requests or answers. */
export interface FrameReader {
  /** Length of the frame that `bytes` begin with; `undefined` when it takes more of them to tell. */
  length(from: ProxySide, bytes: Buffer): number | undefined
  /** What a frame is; called once for each, in the order of its side. */
  name(from: ProxySide, frame: Buffer): string
}

const KAFKA_REQUESTS: Readonly<Record<number, string>> = {
  0: 'produce',
  1: 'fetch',
  2: 'listOffsets',
  3: 'metadata',
  8: 'offsetCommit',
  9: 'offsetFetch',
  10: 'findCoordinator',
  11: 'joinGroup',
  12: 'heartbeat',
  13: 'leaveGroup',
  14: 'syncGroup',
  18: 'apiVersions',
  19: 'createTopics',
  22: 'initProducerId',
}

/**
 * Frames of the Kafka protocol: `produce`, `fetch`, …, others `api 32`. An answer has the name of its request.
 * Source: the protocol guide of Apache Kafka, request and response headers.
 */
export function kafkaFrames(): FrameReader {
  const asked = new Map<number, string>()
  return {
    length: (_, bytes) => (bytes.length < 4 ? undefined : 4 + bytes.readInt32BE(0)),
    name(from, frame) {
      if (from === 'client') {
        const api = frame.readInt16BE(4)
        const name = KAFKA_REQUESTS[api] ?? `api ${api}`
        asked.set(frame.readInt32BE(8), name)
        return name
      }
      const correlation = frame.readInt32BE(4)
      const name = asked.get(correlation) ?? 'answer'
      asked.delete(correlation)
      return name
    },
  }
}

const AMQP_METHODS: Readonly<Record<string, string>> = {
  '10.50': 'connection.close',
  '20.40': 'channel.close',
  '60.40': 'basic.publish',
  '60.50': 'basic.return',
  '60.60': 'basic.deliver',
  '60.80': 'basic.ack',
  '60.120': 'basic.nack',
}
const AMQP_TYPES: Readonly<Record<number, string>> = { 2: 'header', 3: 'body', 8: 'heartbeat' }
const AMQP_METHOD = 1
const GREETING_BYTES = 8

/**
 * Frames of AMQP 0-9-1: `basic.publish`, `basic.ack`, …, other methods `method 10.40`, then `header`, `body`, `heartbeat`
 * and the `greeting` of the client. Source: AMQP 0-9-1, sections 2.3 and 4.2.
 */
export function amqpFrames(): FrameReader {
  return {
    length(_, bytes) {
      if (isGreeting(bytes)) return GREETING_BYTES
      return bytes.length < 7 ? undefined : 8 + bytes.readUInt32BE(3)
    },
    name(_, frame) {
      if (isGreeting(frame)) return 'greeting'
      const type = frame.readUInt8(0)
      if (type !== AMQP_METHOD) return AMQP_TYPES[type] ?? `type ${type}`
      const method = `${frame.readUInt16BE(7)}.${frame.readUInt16BE(9)}`
      return AMQP_METHODS[method] ?? `method ${method}`
    },
  }
}

function isGreeting(bytes: Buffer): boolean {
  return bytes[0] === 0x41
}
