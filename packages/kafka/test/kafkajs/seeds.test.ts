import { expect } from 'chai'
import { hostOf, Seeds } from '../../dist/kafkajs/seeds.js'

const THREE = ['one:1', 'two:2', 'three:3']

describe('The addresses to ask first', () => {
  it('begin with the next one once a client has failed to connect, and stay while clients connect', async () => {
    const seeds = new Seeds(THREE)
    const first = () => seeds.list[0]
    const failing = () => seeds.heeding(Promise.reject(new Error('hung up'))).catch(() => undefined)
    const seen = [first()]
    for (let tries = 0; tries < 3; tries++) {
      await failing()
      seen.push(first())
    }
    await seeds.heeding(Promise.resolve())
    expect([...seen, first()]).to.deep.equal(['one:1', 'two:2', 'three:3', 'one:1', 'one:1'])
  })

  it('move on by one when several clients fail at once', async () => {
    const seeds = new Seeds(THREE)
    const failure = Promise.reject(new Error('hung up'))
    await Promise.allSettled([seeds.heeding(failure), seeds.heeding(failure)])
    expect(seeds.list).to.deep.equal(['two:2', 'three:3', 'one:1'])
  })

  it('may be IPv6 addresses, of which kafkajs sees no colon but that of the port', () => {
    const [seed = ''] = new Seeds(['[fe80::1:2]:9092']).list
    const [host = '', port] = seed.split(':')
    expect([hostOf(host), port]).to.deep.equal(['fe80::1:2', '9092'])
    expect(hostOf('kafka_1.example')).to.equal('kafka_1.example')
  })
})
