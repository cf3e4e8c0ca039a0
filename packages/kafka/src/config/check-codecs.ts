import { zstdOfNode } from './codecs.js'
import type { KafkaOptions } from './options.js'
import { say } from './say.js'

const PLUGGED = ['snappy', 'lz4', 'zstd'] as const

/** Faults of `codecs`, and of a compression that nobody here can do. */
export function findCodecFaults({ client, codecs = {}, compression }: KafkaOptions): string[] {
  if (typeof codecs !== 'object' || codecs === null) return [`codecs is ${say(codecs)}; expected { snappy: … }.`]
  const faults = Object.entries(codecs).flatMap(([kind, codec]) => {
    if (!PLUGGED.includes(kind as 'lz4')) return [`codecs.${kind} is not used; expected ${PLUGGED.join(', ')}.`]
    if (codec === undefined) return []
    const fine = typeof codec?.compress === 'function' && typeof codec.decompress === 'function'
    return fine ? [] : [`codecs.${kind} is ${say(codec)}; expected { compress, decompress }, both functions.`]
  })
  const kind = PLUGGED.find((plugged) => plugged === compression)
  // another client library has its own
  if (client !== undefined) return faults
  if (kind === undefined || codecs[kind] !== undefined || (kind === 'zstd' && zstdOfNode() !== undefined)) return faults
  const why = kind === 'zstd' ? ', which node:zlib has from Node 22.15 on' : ''
  return [...faults, `compression is "${kind}"${why}; pass codecs: { ${kind}: { compress, decompress } }.`]
}
