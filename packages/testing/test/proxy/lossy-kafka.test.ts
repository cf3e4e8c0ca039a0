import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { TcpProxy } from '@gulo/testing'
import { expect } from 'chai'
import { lossyKafka } from './lossy-kafka.js'

/** A request or answer whose first field is `first`, with what a request header has after it. */
function frame(first: readonly [bytes: number, value: number], correlation?: number): Buffer {
  const body = Buffer.alloc(12)
  body.writeInt32BE(8)
  body.writeIntBE(first[1], 4, first[0])
  if (correlation !== undefined) body.writeInt32BE(correlation, 8)
  return body
}

describe('A proxy that loses acknowledgements of Kafka', () => {
  let stored = 0
  let proxy: TcpProxy
  const broker = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => {
      stored += 1
      socket.write(frame([4, bytes.readInt32BE(8)]))
    })
  })

  before(async () => {
    broker.listen(0, '127.0.0.1')
    await once(broker, 'listening')
    const { port } = broker.address() as { port: number }
    proxy = await lossyKafka(`127.0.0.1:${port}`, 7)
  })
  after(async () => {
    await proxy.close()
    broker.close()
  })

  it('does so after the broker has stored', async () => {
    let acknowledged = 0
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    const closed = once(socket, 'close')
    socket.on('data', () => {
      acknowledged += 1
      socket.write(frame([2, 0], acknowledged))
    })
    socket.write(frame([2, 0], 0))
    await closed
    expect(stored).to.equal(acknowledged + 1)
    expect(proxy.counts.cut).to.equal(1)
  })
})
