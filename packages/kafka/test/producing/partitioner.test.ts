import { seededRandom } from '@gulo/core'
import { expect } from 'chai'
import kafkajs from 'kafkajs'
import { Partitioner } from '../../dist/producing/partitioner.js'

const described = (leaders: readonly (number | undefined)[]) => ({
  topic: 't',
  partitions: leaders.map((leader, partition) => ({ partition, leader })),
})

describe('The partition of a key', () => {
  it('is the one that kafkajs, and so the Java client, would choose', () => {
    const theirs = kafkajs.Partitioners.DefaultPartitioner()
    const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
      partitionId,
      leader: 1,
      partitionErrorCode: 0,
      replicas: [],
      isr: [],
    }))
    const ours = new Partitioner(seededRandom(1))
    const keys = [
      '',
      'a',
      'ab',
      'abc',
      'abcd',
      'å',
      '日本語',
      '日'.repeat(300),
      'é'.repeat(256),
      'x'.repeat(257),
      ...Array.from({ length: 500 }, (_, number) => `order-${number * 7919}`),
    ]
    for (const key of keys) {
      const expected = theirs({ topic: 't', partitionMetadata, message: { key, value: null } })
      expect(ours.choose(described([1, 1, 1, 1, 1, 1, 1]), key), key).to.equal(expected)
    }
  })

  it('does not depend on which partitions have a leader', () => {
    const partitioner = new Partitioner(seededRandom(1))
    const healthy = partitioner.choose(described([1, 1, 1]), 'order-1')
    const lamed = [1, 1, 1].map((leader, index) => (index === healthy ? undefined : leader))
    expect(partitioner.choose(described(lamed), 'order-1')).to.equal(healthy)
  })
})

describe('Messages without a key', () => {
  it('go to the partitions in turn', () => {
    const partitioner = new Partitioner(seededRandom(1))
    const chosen = Array.from({ length: 6 }, () => partitioner.choose(described([1, 1, 1]), undefined))
    expect([...chosen.slice(0, 3)].sort()).to.deep.equal([0, 1, 2])
    expect(chosen.slice(3)).to.deep.equal(chosen.slice(0, 3))
  })

  it('avoid partitions without a leader', () => {
    const partitioner = new Partitioner(seededRandom(1))
    const chosen = Array.from({ length: 4 }, () => partitioner.choose(described([undefined, 1, undefined]), undefined))
    expect(chosen).to.deep.equal([1, 1, 1, 1])
  })
})

describe('A partitioner that goes in turn', () => {
  it('heeds no key', () => {
    const partitioner = new Partitioner(seededRandom(1), 'round-robin')
    const chosen = Array.from({ length: 3 }, () => partitioner.choose(described([1, 1, 1]), 'one key'))
    expect([...chosen].sort()).to.deep.equal([0, 1, 2])
  })
})

describe('An explicit partitioner', () => {
  it('chooses none', () => {
    const partitioner = new Partitioner(seededRandom(1), 'explicit')
    expect(() => partitioner.choose(described([1]), 'key')).to.throw(/A message for t names no partition/)
  })
})

describe('A partitioner that is a function', () => {
  it('is given topic, key and number of partitions', () => {
    const partitioner = new Partitioner(seededRandom(1), (topic, key, partitions) =>
      topic === 't' && key === 'late' ? partitions - 1 : 0,
    )
    expect(partitioner.choose(described([1, 1, 1]), 'late')).to.equal(2)
    expect(partitioner.choose(described([1, 1, 1]), undefined)).to.equal(0)
  })

  for (const [what, answer] of [
    ['a partition too high', 3],
    ['a negative one', -1],
    ['half a one', 0.5],
    ['none', undefined as unknown as number],
  ] as const) {
    it(`fails the message when it answers ${what}`, () => {
      const partitioner = new Partitioner(seededRandom(1), () => answer)
      const choose = () => partitioner.choose(described([1, 1, 1]), 'key')
      expect(choose).to.throw(`it answered ${answer} where there are 3 partitions`)
    })
  }

  it('fails the message when it throws', () => {
    const partitioner = new Partitioner(seededRandom(1), () => {
      throw new Error('no such tenant')
    })
    expect(() => partitioner.choose(described([1]), 'key')).to.throw(/partitioner failed .* for t: no such tenant/)
  })
})
