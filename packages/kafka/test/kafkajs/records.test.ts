import { seededRandom } from '@gulo/core'
import type { KafkaRecord } from '@gulo/kafka'
import { expect } from 'chai'
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
import { RecordWriter } from '../../dist/kafkajs/record-writer.js'
import { WrittenRecords } from '../../dist/kafkajs/written-records.js'

/** What kafkajs itself would write. */
function theirs(records: readonly KafkaRecord[], firstTimestamp: number): string {
  const parts = records.map(({ key, value, headers, timestamp }, offsetDelta) => {
    const buffers = Object.entries(headers).map(([name, content]) => [name, Buffer.from(content as Uint8Array)])
    const bytes = value === null ? null : Buffer.from(value)
    const timestampDelta = timestamp - firstTimestamp
    return encodeRecord({
      offsetDelta,
      timestampDelta,
      key: key ?? null,
      value: bytes,
      headers: Object.fromEntries(buffers),
    }).buffer
  })
  return Buffer.concat(parts).toString('hex')
}

const random = seededRandom(11)
const below = (limit: number) => Math.floor(random.next() * limit)
const LETTERS = ['a', 'z', '0', ' ', 'é', '日', '😀', '\u0000']
const text = (limit: number) => Array.from({ length: below(limit) }, () => LETTERS[below(LETTERS.length)]).join('')
const bytes = (limit: number) => Uint8Array.from({ length: below(limit) }, () => below(256))

function randomRecord(): KafkaRecord {
  const headers = Array.from({ length: below(6) }, () => [text(20), below(2) ? text(400) : bytes(100)])
  return {
    key: below(4) === 0 ? undefined : text(80),
    value: below(5) === 0 ? null : bytes([10, 100, 9000, 40_000][below(4)] as number),
    headers: Object.fromEntries(headers),
    timestamp: 1_800_000_000_000 + below(3) * below(3_000_000),
  }
}

describe('Records written here', () => {
  it('are, byte for byte, those that kafkajs would write', () => {
    const writer = new RecordWriter()
    for (let round = 0; round < 50; round++) {
      const records = Array.from({ length: 1 + below(8) }, randomRecord)
      const oldest = Math.min(...records.map(({ timestamp }) => timestamp))
      expect(writer.write(records, oldest).toString('hex')).to.equal(theirs(records, oldest))
    }
  })

  it('are so however far their times lie apart', () => {
    const at = (timestamp: number): KafkaRecord => ({ key: undefined, value: null, headers: {}, timestamp })
    const records = [at(0), at(2 ** 31), at(2 ** 45), at(1)]
    expect(new RecordWriter().write(records, 0).toString('hex')).to.equal(theirs(records, 0))
  })

  it('are as long as their stubs are many, and are found by what kafkajs makes of those', () => {
    const written = new WrittenRecords()
    const batches = [3, 1, 70].map((length, partition) => ({
      topic: 't',
      partition,
      records: Array.from({ length }, randomRecord),
    }))
    const all = batches.map((batch) => written.write(batch, {}))
    for (const [index, { stubs }] of all.entries()) {
      const { records } = batches[index] as (typeof batches)[0]
      const oldest = Math.min(...records.map(({ timestamp }) => timestamp))
      const encoded = stubs.map((stub, offsetDelta) =>
        encodeRecord({ ...stub, offsetDelta, timestampDelta: Number(stub.timestamp) - oldest }),
      )
      expect(stubs).to.have.length(records.length)
      const found = written.inPlaceOf(Buffer.concat(encoded.map(({ buffer }) => buffer)))
      expect(found.toString('hex')).to.equal(theirs(records, oldest))
    }
    const { stubs } = all[0] as (typeof all)[0]
    const first = encodeRecord({ ...stubs[0], offsetDelta: 0, timestampDelta: 0 }).buffer
    written.forget(all)
    expect(() => written.inPlaceOf(first)).to.throw('never written')
  })
})
