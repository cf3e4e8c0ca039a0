import { expect } from 'chai'
import type { ICustomPartitioner } from 'kafkajs'
import kafkajs from 'kafkajs'
// what kafkajs sends with, without a network: its own view of the cluster is handed in
import createSendMessages from 'kafkajs/src/producer/sendMessages.js'
import { oneLeader } from '../../dist/kafkajs/one-leader.js'

/** Sends one call through the code of kafkajs, which sees `leaders`; answers what each broker was asked to store. */
async function send(partitioner: ICustomPartitioner, leaders: readonly number[], partitions: readonly number[]) {
  const produced: number[] = []
  let metadataReads = 0
  const brokerOf = (nodeId: number) => ({
    nodeId,
    produce: async () => {
      produced.push(nodeId)
      return { topics: [] }
    },
  })
  const brokers = new Map([...new Set(leaders)].map((nodeId) => [nodeId, brokerOf(nodeId)]))
  const partitionMetadata = leaders.map((leader, partitionId) => ({ partitionId, leader }))
  const cluster = {
    addMultipleTargetTopics: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    refreshMetadata: async () => void (metadataReads += 1),
    findTopicPartitionMetadata: () => partitionMetadata,
    findLeaderForPartitions: (_: string, wanted: string[]) => {
      const byLeader: Record<string, number[]> = {}
      // as kafkajs does: one it does not know is left out without a word
      for (const partition of wanted.map(Number).filter((each) => each in leaders)) {
        const leader = leaders[partition] as number
        byLeader[leader] = [...(byLeader[leader] ?? []), partition]
      }
      return byLeader
    },
    findBroker: async ({ nodeId }: { nodeId: string }) => brokers.get(Number(nodeId)),
    isConnected: () => true,
    removeBroker: () => undefined,
  }
  const nothing = () => undefined
  const eosManager = {
    acquireBrokerLock: async () => undefined,
    releaseBrokerLock: async () => undefined,
    isTransactional: () => false,
    getSequence: () => 0,
    updateSequence: nothing,
    getProducerId: () => 1,
    getProducerEpoch: () => 0,
  }
  const once = (work: (bail: (error: Error) => never) => Promise<unknown>) =>
    work((error) => {
      throw error
    })
  const logger = { debug: nothing, error: nothing }
  const sendMessages = createSendMessages({ logger, cluster, partitioner: partitioner(), eosManager, retrier: once })
  const call = { leader: undefined }
  const messages = partitions.map((partition) => ({ key: null, value: null, headers: {}, partition, call }))
  const error = await sendMessages({ acks: -1, topicMessages: [{ topic: 't', messages }] }).then(nothing, String)
  return { produced: produced.sort(), error, metadataReads }
}

describe('A call of kafkajs whose partitions it sees led by two brokers', () => {
  it('would be split into two requests by the partitioner of kafkajs', async () => {
    expect((await send(kafkajs.Partitioners.DefaultPartitioner, [1, 2], [0, 1])).produced).to.deep.equal([1, 2])
  })

  it('is refused before any of it is sent, and metadata is read anew', async () => {
    const { produced, error, metadataReads } = await send(oneLeader, [1, 2], [0, 0, 1])
    expect(produced).to.deep.equal([])
    expect(error).to.match(/another leader for partition 1 of t/)
    expect(metadataReads).to.equal(1)
  })

  it('is refused for a partition that it does not know, rather than resolved without it', async () => {
    const known = await send(kafkajs.Partitioners.DefaultPartitioner, [1], [0, 3])
    expect(known.error).to.equal(undefined)
    const { produced, error, metadataReads } = await send(oneLeader, [1], [0, 3])
    expect([produced, metadataReads]).to.deep.equal([[], 1])
    expect(error).to.match(/does not know partition 3 of t/)
  })
})

describe('A call of kafkajs whose partitions have one leader', () => {
  it('goes as one request', async () => {
    expect(await send(oneLeader, [2, 1, 2], [0, 0, 2, 2])).to.deep.equal({
      produced: [2],
      error: undefined,
      metadataReads: 0,
    })
  })
})
