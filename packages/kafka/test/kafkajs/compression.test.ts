import { GuloError } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import kafkajs from 'kafkajs'
import { zstdOfNode } from '../../dist/config/codecs.js'
import { registerCodecs } from '../../dist/kafkajs/compression.js'
import { testOptions } from '../support/messages.js'

const ZSTD = 4
const LZ4 = 3
const table = kafkajs.CompressionCodecs as Record<number, () => { compress(encoder: { buffer: Buffer }): unknown }>
const backwards = async (bytes: Uint8Array) => Uint8Array.from(bytes).reverse()
const codec = () => ({ compress: (bytes: Uint8Array) => backwards(bytes), decompress: backwards })

const faultsOf = (action: () => unknown) => {
  try {
    action()
    return 'none'
  } catch (error) {
    return GuloError.is(error, 'GULO_CONFIGURATION_INVALID') ? String(error.details['faults']) : String(error)
  }
}

describe('Codecs in one process', () => {
  const known = new Map<number, unknown>()
  beforeEach(() => {
    for (const type of [LZ4, ZSTD]) known.set(type, table[type])
  })
  afterEach(() => void Object.assign(table, Object.fromEntries(known)))

  it('are given to kafkajs, which hands over and gets back bytes', async () => {
    registerCodecs({ lz4: codec() })
    expect(await table[LZ4]?.().compress({ buffer: Buffer.from('abc') })).to.deep.equal(Buffer.from('cba'))
  })

  it('may be the same for many clients', () => {
    const one = codec()
    registerCodecs({ lz4: one })
    expect(faultsOf(() => registerCodecs({ lz4: one }))).to.equal('none')
    expect(faultsOf(() => registerCodecs({}))).to.equal('none')
  })

  it('may not be two for one kind', () => {
    kafka(testOptions(['a:9092'], { compression: 'lz4', codecs: { lz4: codec() } }))
    const second = faultsOf(() => kafka(testOptions(['a:9092'], { compression: 'lz4', codecs: { lz4: codec() } })))
    expect(second).to.match(/codecs\.lz4 is another one than kafkajs has from an earlier client/)
  })

  it('are missing for zstd where Node has none, and there without a plug-in where it has', () => {
    const faults = faultsOf(() => kafka(testOptions(['a:9092'], { compression: 'zstd' })))
    if (zstdOfNode() !== undefined) expect(faults).to.equal('none')
    else expect(faults).to.match(/compression is "zstd", which node:zlib has from Node 22\.15 on; pass codecs/)
  })
})
