import kafkajs from 'kafkajs'
import { type Compression, type KafkaCodec, type KafkaCodecs, zstdOfNode } from '../config/codecs.js'
import { coreFault } from '../faults.js'

const TYPES: Readonly<Record<Compression, number>> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 }
const PLUGGED = ['snappy', 'lz4', 'zstd'] as const

interface Encoded {
  readonly buffer: Buffer
}

/** A codec as kafkajs has them, which remembers the one it was made of. */
interface Plugged {
  readonly origin: KafkaCodec
  compress(encoder: Encoded): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

// Whatever its type says, it is a plain object that may be written to.
const TABLE = kafkajs.CompressionCodecs as Record<number, (() => unknown) | undefined>

// kafkajs looks codecs up by the whole number and writes the lowest three bits of it into the batch.
const OWN_NUMBERS = 8

/**
 * Registers what stands between kafkajs and the codec of a compression, `replace`, and answers the number to name it by.
 * The numbers are taken as they are free, since another copy of this package may be in the process.
 */
export function registerReplacement(replace: (bytes: Buffer) => Buffer): (compression: Compression) => number {
  let base = OWN_NUMBERS
  while (TABLE[base] !== undefined) base += OWN_NUMBERS
  for (const [kind, type] of Object.entries(TYPES)) {
    const compress = async ({ buffer }: Encoded) => {
      const replaced = replace(buffer)
      return kind === 'none'
        ? replaced
        : ((TABLE[type] as () => Plugged)().compress({ buffer: replaced }) as Promise<Buffer>)
    }
    TABLE[base + type] = () => ({ compress })
  }
  return (compression) => base + TYPES[compression]
}

/**
 * Tells kafkajs of the codecs. It has one table for the whole process, so that the codec one client is given reads and
 * writes for all of them: a second one for the same kind is refused.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function registerCodecs(codecs: KafkaCodecs): void {
  const clashes = PLUGGED.filter((kind) => codecs[kind] !== undefined && isTaken(kind, codecs[kind]))
  if (clashes.length > 0) {
    const faults = clashes.map(
      (kind) => `codecs.${kind} is another one than kafkajs has from an earlier client of this process; pass the same.`,
    )
    throw coreFault('GULO_CONFIGURATION_INVALID', {
      component: 'kafka',
      count: faults.length,
      faults: faults.join(' '),
    })
  }
  for (const kind of PLUGGED) {
    const codec = codecs[kind] ?? (kind === 'zstd' ? zstdOfNode() : undefined)
    if (codec !== undefined && registered(kind) === undefined) plug(kind, codec)
  }
}

function isTaken(kind: Compression, { compress, decompress }: KafkaCodec): boolean {
  const known = registered(kind)
  if (known === undefined) return false
  const origin = (known as Partial<Plugged>).origin
  return origin?.compress !== compress || origin.decompress !== decompress
}

/** What kafkajs would use; the ones it lacks throw. */
function registered(kind: Compression): object | undefined {
  try {
    return TABLE[TYPES[kind]]?.() as object | undefined
  } catch {
    return undefined
  }
}

function plug(kind: Compression, origin: KafkaCodec): void {
  const codec: Plugged = {
    origin,
    compress: async ({ buffer }) => asBuffer(await origin.compress(buffer)),
    decompress: async (buffer) => asBuffer(await origin.decompress(buffer)),
  }
  TABLE[TYPES[kind]] = () => codec
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
