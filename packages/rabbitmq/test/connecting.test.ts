import { createServer } from 'node:net'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { failureOf, Scene, until } from './support/scene.js'
import { TcpProxy } from './support/tcp-proxy.js'

describeWithBroker('Connecting to RabbitMQ', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  const changed = (change: (url: URL) => void): string => {
    const other = new URL(url)
    change(other)
    return other.href
  }

  it('refuses a wrong password at once, without showing it', async () => {
    const transport = scene.create({ url: changed((other) => (other.password = 'sesame')) })
    const error = await failureOf(transport.start())
    expect(error).to.include({ code: 'RABBITMQ_REFUSED', retryable: false })
    expect(error.message)
      .to.include('ACCESS_REFUSED')
      .and.to.include('Check user, password')
      .and.not.to.include('sesame')
  })

  it('refuses a virtual host that is not there at once', async () => {
    const transport = scene.create({ url: changed((other) => (other.pathname = `/${scene.domain}`)) })
    const error = await failureOf(transport.start())
    expect(error).to.include({ code: 'RABBITMQ_REFUSED' })
    expect(error.message).to.include('the virtual host is not there')
  })

  it('gives up at the deadline where nothing listens', async () => {
    const transport = scene.create({ url: 'amqp://127.0.0.1:1', startDeadlineMs: 100 })
    const error = await failureOf(transport.start())
    expect(error).to.include({ code: 'RABBITMQ_UNREACHABLE', retryable: true })
    expect(error.message).to.include('ECONNREFUSED').and.to.include('usually 5672')
  })

  it('gives up at the deadline where something else listens and says nothing', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    try {
      const transport = scene.create({ url: `amqp://127.0.0.1:${port}`, startDeadlineMs: 100 })
      expect(await failureOf(transport.start())).to.include({ code: 'RABBITMQ_UNREACHABLE' })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('waits for a broker that comes up a little later', async () => {
    const proxy = await TcpProxy.to(url)
    try {
      proxy.refuse(true)
      const transport = scene.create({ url: proxy.url, startDeadlineMs: 5000 })
      const starting = transport.start()
      proxy.refuse(false)
      await starting
      expect((await transport.health()).status).to.equal('up')
      await transport.stop()
    } finally {
      await proxy.close()
    }
  })

  it('goes to the next node of a cluster when one does not answer', async () => {
    const transport = await scene.start({ url: ['amqp://127.0.0.1:1', url] })
    await transport.publish(scene.envelopes(1))
  })

  it('says that it is down while there is no connection', async () => {
    const proxy = await TcpProxy.to(url)
    try {
      const transport = await scene.start({ url: proxy.url })
      proxy.refuse(true)
      proxy.cut()
      await until(async () => (await transport.health()).status === 'down')
      expect((await transport.health()).detail).to.match(/^It does not publish: /)
    } finally {
      await proxy.close()
    }
  })

  it('can be started again after a start that failed', async () => {
    const proxy = await TcpProxy.to(url)
    try {
      proxy.refuse(true)
      const transport = scene.create({ url: proxy.url, startDeadlineMs: 100 })
      await failureOf(transport.start())
      proxy.refuse(false)
      await transport.start()
      await transport.stop()
    } finally {
      await proxy.close()
    }
  })
})
