import { once } from 'node:events'
import { Writable } from 'node:stream'
import type { ChannelModel } from 'amqplib'
import { expect } from 'chai'
import { bundleWrites } from '../dist/connection/dial.js'

describe('What amqplib writes to a connection', () => {
  let left: string[][]
  let stream: Writable
  beforeEach(() => {
    left = []
    stream = new Writable({
      highWaterMark: 4,
      write(chunk, _, done) {
        left.push([String(chunk)])
        done()
      },
      writev(chunks, done) {
        left.push(chunks.map(({ chunk }) => String(chunk)))
        done()
      },
    })
    bundleWrites({ connection: { stream } } as unknown as ChannelModel)
  })
  const write = (...texts: readonly string[]) => texts.map((text) => stream.write(Buffer.from(text)))

  it('in one go leaves together, without waiting for a turn of the event loop', async () => {
    write('a', 'b', 'c')
    expect(left).to.deep.equal([])
    await Promise.resolve()
    expect(left).to.deep.equal([['a', 'b', 'c']])
  })

  it('in two goes leaves in two', async () => {
    write('a', 'b')
    await new Promise((resolve) => setImmediate(resolve))
    write('c', 'd')
    await Promise.resolve()
    expect(left).to.deep.equal([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('beyond what fits says that it is too much, and that there is room again', async () => {
    expect(write('abc', 'def')).to.deep.equal([true, false])
    await once(stream, 'drain')
    write('g')
    await Promise.resolve()
    expect(left.flat()).to.deep.equal(['abc', 'def', 'g'])
  })

  it('just before the end leaves all the same', async () => {
    write('a', 'b')
    stream.end()
    await once(stream, 'finish')
    expect(left.flat()).to.deep.equal(['a', 'b'])
  })

  it('is dropped without another error when the connection breaks in the same go', async () => {
    write('a', 'b')
    stream.destroy(new Error('broken'))
    const [error] = await once(stream, 'error')
    expect(error).to.have.property('message', 'broken')
    expect(left).to.deep.equal([])
  })
})
