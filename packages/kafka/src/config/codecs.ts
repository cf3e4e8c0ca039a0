import { promisify } from 'node:util'
import zlib from 'node:zlib'

/** How batches may be compressed. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Compresses and decompresses whole batches of records, in the format that Kafka has for this kind. */
export interface KafkaCodec {
  compress(bytes: Uint8Array): Promise<Uint8Array>
  decompress(bytes: Uint8Array): Promise<Uint8Array>
}

/** Codecs by the kind of compression; kafkajs has gzip, and Node has zstd from 22.15 on. */
export interface KafkaCodecs {
  readonly snappy?: KafkaCodec
  readonly lz4?: KafkaCodec
  readonly zstd?: KafkaCodec
}

type Convert = (bytes: Uint8Array, done: (error: Error | null, result: Buffer) => void) => void

// Missing from the types of the oldest Node that is supported, and from that Node itself.
const { zstdCompress, zstdDecompress } = zlib as { zstdCompress?: Convert; zstdDecompress?: Convert }
const builtIn: KafkaCodec | undefined = zstdCompress &&
  zstdDecompress && { compress: promisify(zstdCompress), decompress: promisify(zstdDecompress) }

/** The zstd of this Node, if it has one. */
export function zstdOfNode(): KafkaCodec | undefined {
  return builtIn
}
