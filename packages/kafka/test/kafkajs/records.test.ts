import { seededRandom } from '@gulo/core'
import type { KafkaRecord } from '@gulo/kafka'
import { expect } from 'chai'
import groupMessagesPerPartition from 'kafkajs/src/producer/groupMessagesPerPartition.js'
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
import produceRequest from 'kafkajs/src/protocol/requests/produce/v7/request.js'
import { registerReplacement } from '../../dist/kafkajs/compression.js'
import { RecordWriter } from '../../dist/kafkajs/record-writer.js'
import { toMessages } from '../../dist/kafkajs/stubs.js'
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
})

const written = new WrittenRecords()
const numberOf = registerReplacement((stubs) => written.inPlaceOf(stubs))

/** The request that kafkajs makes of a call for these messages, as bytes. */
async function requestOf(messages: readonly object[], compression: number): Promise<string> {
  const groups = groupMessagesPerPartition({
    topic: 't',
    partitionMetadata: [{}],
    messages,
    partitioner: ({ message }) => message.partition,
  })
  const partitions = Object.entries(groups).map(([partition, group]) => {
    return { partition: Number(partition), firstSequence: 7, messages: group }
  })
  const topicData = [{ topic: 't', partitions }]
  const request = produceRequest({ acks: -1, timeout: 1000, producerId: 5, producerEpoch: 0, compression, topicData })
  return (await request.encode()).buffer.toString('hex')
}

const tinyRecord = (): KafkaRecord => ({ key: text(5), value: bytes(9), headers: {}, timestamp: 1_800_000_000_000 })
const someBatches = () =>
  [3, 1, 2, 40, 1500].map((length, partition) => {
    return { topic: 't', partition, records: Array.from({ length }, length > 1000 ? tinyRecord : randomRecord) }
  })

describe('A request whose records were written here', () => {
  it('is, byte for byte, that of kafkajs for the same records', async () => {
    const batches = someBatches()
    const all = batches.map((batch) => written.write(batch, {}))
    const messages = batches.flatMap(({ partition, records }) =>
      records.map(({ key = null, value, headers, timestamp }) => {
        const buffers = Object.entries(headers).map(([name, content]) => [name, Buffer.from(content as Uint8Array)])
        const bytes = value && Buffer.from(value)
        return { partition, key, value: bytes, headers: Object.fromEntries(buffers), timestamp: String(timestamp) }
      }),
    )
    const ours = await requestOf(toMessages(all.map(({ stubs }) => stubs)), numberOf('none'))
    written.forget(all)
    expect(ours === (await requestOf(messages, 0))).to.equal(true)
  })

  it('is refused where kafkajs would count other messages than there are records', async () => {
    const all = someBatches().map((batch) => written.write(batch, {}))
    const error = await requestOf([...toMessages(all.map(({ stubs }) => stubs))], numberOf('none')).catch(String)
    written.forget(all)
    expect(error).to.match(/counts messages in another way/)
  })

  it('is refused once its records are forgotten', async () => {
    const all = someBatches().map((batch) => written.write(batch, {}))
    written.forget(all)
    const error = await requestOf(toMessages(all.map(({ stubs }) => stubs)), numberOf('none')).catch(String)
    expect(error).to.match(/never written/)
    expect(all.map(({ records }) => records)).to.deep.equal(all.map(() => undefined))
  })
})
