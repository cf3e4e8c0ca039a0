import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { seededRandom } from '@gulo/core'
import {
  amqpFrames,
  type FrameReader,
  kafkaFrames,
  type ProxyFrame,
  randomFaults,
  TcpProxy,
  type TcpProxyOptions,
} from '@gulo/testing'
import { expect } from 'chai'

/** A server that answers every frame of four bytes with itself, and keeps what it got. */
class Echo {
  readonly heard: string[] = []
  readonly sockets: Socket[] = []
  private readonly server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    this.sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += 4) this.heard.push(bytes.toString('latin1', at, at + 4))
      socket.write(bytes)
    })
  })

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return `127.0.0.1:${(this.server.address() as { port: number }).port}`
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
  }
}

const fours = (): FrameReader => ({
  length: (_, bytes) => (bytes.length < 4 ? undefined : 4),
  name: (_, frame) => frame.toString('latin1'),
})

/** A connection that keeps what it got and how it ended. */
class Caller {
  got = ''
  over: 'end' | 'reset' | undefined
  readonly socket: Socket

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    this.socket.on('data', (bytes: Buffer) => {
      this.got += bytes.toString('latin1')
    })
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') this.over = 'reset'
    })
    this.socket.on('end', () => {
      this.over ??= 'end'
    })
  }

  say(text: string): this {
    this.socket.write(text)
    return this
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('A TCP proxy', () => {
  const echo = new Echo()
  let target = ''
  let proxy: TcpProxy
  const callers: Caller[] = []
  const start = async (options: Partial<TcpProxyOptions> = {}) => {
    proxy = await TcpProxy.start({ target, frames: fours, ...options })
  }
  const call = () => {
    const caller = new Caller(proxy.port)
    callers.push(caller)
    return caller
  }
  const only = (name: string, from: ProxyFrame['from'], fault: ReturnType<NonNullable<TcpProxyOptions['decide']>>) =>
    start({ decide: (frame) => (frame.name === name && frame.from === from ? fault : undefined) })

  before(async () => {
    target = await echo.start()
  })
  after(() => echo.stop())
  afterEach(async () => {
    for (const { socket } of callers.splice(0)) socket.destroy()
    echo.heard.length = 0
    await proxy.close()
  })

  it('passes everything on when nothing is decided', async () => {
    await start()
    const caller = call().say('one ').say('two ')
    await until(() => caller.got === 'one two ')
    expect(proxy.counts).to.include({ connections: 1, cut: 0 })
  })

  it('passes bytes as they come without a reader', async () => {
    proxy = await TcpProxy.start({ target })
    const caller = call().say('x'.repeat(100_000))
    await until(() => caller.got.length === 100_000)
  })

  it('hands over the end of a stream', async () => {
    await start()
    const caller = call().say('one ')
    await until(() => caller.got === 'one ')
    echo.sockets.at(-1)?.end()
    await until(() => caller.over === 'end')
  })

  it('cuts after the server has acted, and the answer is lost', async () => {
    await only('two ', 'server', 'cut')
    const caller = call().say('one two ')
    await until(() => caller.over !== undefined)
    expect(caller.got).to.equal('one ')
    expect(echo.heard).to.deep.equal(['one ', 'two '])
    expect(proxy.counts.cut).to.equal(1)
  })

  it('cuts before the server has heard', async () => {
    await only('two ', 'client', 'cut')
    const caller = call().say('one two ')
    await until(() => caller.over !== undefined)
    expect(echo.heard).not.to.include('two ')
  })

  it('swallows one answer and goes on', async () => {
    await only('two ', 'server', 'swallow')
    const caller = call().say('one two thre')
    await until(() => caller.got.endsWith('thre'))
    expect(caller.got).to.equal('one thre')
  })

  it('delays, keeping the order', async () => {
    await only('one ', 'server', { delayMs: 20 })
    const caller = call().say('one two ')
    await until(() => caller.got.length === 8)
    expect(caller.got).to.equal('one two ')
    expect(proxy.counts.delayed).to.equal(1)
  })

  it('stalls until it is resumed, losing nothing', async () => {
    await only('two ', 'server', 'stall')
    const caller = call().say('one two thre')
    await until(() => proxy.counts.stalled === 1)
    caller.say('four')
    await until(() => echo.heard.includes('four'))
    expect(caller.got).to.equal('one ')
    proxy.resume()
    await until(() => caller.got === 'one two threfour')
  })

  it('resets so that the client sees a reset', async () => {
    await only('two ', 'server', 'reset')
    const caller = call().say('one ')
    // Polled at once with bytes, libuv takes a reset for an orderly end.
    await until(() => caller.got === 'one ')
    caller.say('two ')
    await until(() => caller.over === 'reset')
  })

  it('closes one half: the client sees the end and is still heard', async () => {
    await only('two ', 'server', 'half-close')
    const caller = call()
    caller.socket.allowHalfOpen = true
    caller.say('one two ')
    await until(() => caller.over === 'end')
    caller.say('thre')
    await until(() => echo.heard.includes('thre'))
    expect(caller.got).to.equal('one ')
  })

  it('is worked by hand', async () => {
    await start()
    const caller = call().say('one ')
    await until(() => caller.got === 'one ')
    proxy.stall('client')
    caller.say('two ')
    proxy.refuse()
    const refused = call()
    await until(() => refused.socket.destroyed)
    expect(echo.heard).to.deep.equal(['one '])
    proxy.refuse(false)
    proxy.resume()
    await until(() => caller.got === 'one two ')
    proxy.cut()
    await until(() => caller.over !== undefined)
    await until(() => proxy.connections === 0)
    expect(proxy.counts).to.include({ connections: 1, refused: 1, cut: 1 })
    const newcomer = call().say('thre')
    await until(() => newcomer.got === 'thre')
    proxy.reset()
    await until(() => newcomer.over === 'reset')
  })

  it('strikes the same frames for the same seed', async () => {
    const picked = (seed: number) => {
      const decide = randomFaults(seededRandom(seed), [
        { fault: 'cut', share: 0.1, when: ({ name }) => name === 'produce' },
        { fault: 'swallow', share: 0.1 },
      ])
      const frames = Array.from({ length: 200 }, (_, index) => (index % 2 ? 'produce' : 'fetch'))
      return frames.map((name) => decide({ name, from: 'server', bytes: Buffer.alloc(0), connection: 1 }) ?? '')
    }
    await start()
    expect(picked(7)).to.deep.equal(picked(7))
    expect(picked(7)).not.to.deep.equal(picked(8))
    expect(picked(7)).to.include.members(['cut', 'swallow', ''])
    expect(picked(7).filter((fault, index) => fault === 'cut' && index % 2 === 0)).to.deep.equal([])
  })

  it('says what is wrong with its target and its port', async () => {
    await start()
    const wrong = async (options: TcpProxyOptions) => {
      const error = await TcpProxy.start(options).catch((thrown: unknown) => thrown)
      return (error as Error).message
    }
    expect(await wrong({ target: 'nowhere' })).to.include('its target is nowhere')
    expect(await wrong({ target, port: proxy.port })).to.include(`port ${proxy.port} is not free`)
  })
})

describe('The frames of Kafka', () => {
  const frame = (...fields: readonly (readonly [bytes: number, value: number])[]) => {
    const body = Buffer.concat(
      fields.map(([bytes, value]) => {
        const field = Buffer.alloc(bytes)
        field.writeIntBE(value, 0, bytes)
        return field
      }),
    )
    const size = Buffer.alloc(4)
    size.writeInt32BE(body.length)
    return Buffer.concat([size, body])
  }

  it('give an answer the name of its request', () => {
    const reader = kafkaFrames()
    const produce = frame([2, 0], [2, 7], [4, 41])
    expect(reader.length('client', produce.subarray(0, 3))).to.equal(undefined)
    expect(reader.length('client', produce)).to.equal(produce.length)
    expect(reader.name('client', produce)).to.equal('produce')
    expect(reader.name('client', frame([2, 99], [2, 0], [4, 42]))).to.equal('api 99')
    expect(reader.name('server', frame([4, 42]))).to.equal('api 99')
    expect(reader.name('server', frame([4, 41]))).to.equal('produce')
    expect(reader.name('server', frame([4, 41]))).to.equal('answer')
  })
})

describe('The frames of AMQP', () => {
  it('are the greeting, methods, headers and bodies', () => {
    const reader = amqpFrames()
    const greeting = Buffer.from('AMQP\0\0\x09\x01', 'latin1')
    const ack = Buffer.from('0100010000000d003c005000000000000000010' + '0ce', 'hex')
    expect(reader.length('client', greeting)).to.equal(8)
    expect(reader.name('client', greeting)).to.equal('greeting')
    expect(reader.length('server', ack)).to.equal(21)
    expect(reader.length('server', ack.subarray(0, 6))).to.equal(undefined)
    expect(reader.name('server', ack)).to.equal('basic.ack')
    expect(reader.name('client', Buffer.from('080000000000000ce', 'hex'))).to.equal('heartbeat')
    expect(reader.name('server', Buffer.from('01000100000004000a0028ce', 'hex'))).to.equal('method 10.40')
  })
})
