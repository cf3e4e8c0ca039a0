import type { KafkaCodec } from '@gulo/kafka'

interface KafkajsCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

const counts = { compressed: 0, decompressed: 0 }
let made: KafkajsCodec | undefined

// loaded when it is needed: a test that needs it fails by itself where it is not installed
async function library(): Promise<KafkajsCodec> {
  made ??= (await import('kafkajs-snappy')).default()
  return made
}

/** Snappy by the library kafkajs-snappy, which counts what it does. One for all tests, as kafkajs has one table. */
export const snappy: KafkaCodec & { readonly counts: typeof counts } = {
  counts,
  compress: async (bytes) => {
    counts.compressed += 1
    return (await library()).compress({ buffer: Buffer.from(bytes) })
  },
  decompress: async (bytes) => {
    counts.decompressed += 1
    return (await library()).decompress(Buffer.from(bytes))
  },
}
