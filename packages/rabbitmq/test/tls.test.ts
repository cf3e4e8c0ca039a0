import type { RabbitMqTls } from '@gulo/rabbitmq'
import { expect } from 'chai'
import { type Certificates, makeCertificates, noCertificates } from './support/certificates.js'
import { describeWithNode, type PrivateNode } from './support/node.js'
import { failureOf, Scene, until } from './support/scene.js'

let made: Certificates

async function options() {
  made = await makeCertificates()
  return { tls: { ...made.files, verify: true } }
}

const title = 'RabbitMQ over TLS that asks for client certificates'
describeWithNode(title, options, body, noCertificates)

function body(node: () => PrivateNode): void {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(node().address)
  })
  afterEach(() => scene.close())
  after(() => made.remove())

  const over = (tls: RabbitMqTls, host = '127.0.0.1') => {
    return scene.create({ url: `amqps://guest:guest@${host}:${node().tlsPort}`, tls, startDeadlineMs: 3000 })
  }

  it('works with the authority of the broker and a certificate of the client', async () => {
    let count = 0
    const transport = over({ ca: made.ca, ...made.client })
    await transport.start()
    await scene.subscribe(transport, () => void count++)
    await transport.publish(scene.envelopes(10))
    await until(() => count === 10)
  })

  it('takes a list of authorities', async () => {
    await over({ ca: [made.otherCa, made.ca], ...made.client }).start()
  })

  it('expects the name that is configured', async () => {
    await over({ ca: made.ca, ...made.client, servername: 'rabbit.test' }).start()
    const error = await failureOf(over({ ca: made.ca, ...made.client, servername: 'elsewhere.test' }).start())
    expect(error).to.include({ code: 'RABBITMQ_REFUSED', retryable: false })
    expect(error.message).to.include('elsewhere.test')
  })

  const wrong: readonly (readonly [string, () => RabbitMqTls, RegExp])[] = [
    [
      'that another authority signed',
      () => ({ ca: made.otherCa, ...made.client }),
      /TLS: .*(?:self.signed|unable to)/i,
    ],
    ['when the authority is left out', () => ({ ...made.client }), /TLS: .*(?:self.signed|unable to)/i],
    ['when the client has none of its own', () => ({ ca: made.ca }), /TLS: .*(?:certificate|handshake)/i],
  ]
  for (const [what, tls, reason] of wrong) {
    it(`refuses a certificate ${what}, at once and for good`, async () => {
      const error = await failureOf(over(tls()).start())
      expect(error).to.include({ code: 'RABBITMQ_REFUSED', retryable: false })
      expect(error.message).to.match(reason).and.to.include('and tls').and.not.to.include('guest')
    })
  }

  it('says at its deadline that nothing answers when TLS is spoken to a port without it', async () => {
    const url = node().address.replace('amqp:', 'amqps:')
    const error = await failureOf(scene.create({ url, tls: { ca: made.ca }, startDeadlineMs: 500 }).start())
    expect(error.code).to.be.oneOf(['RABBITMQ_REFUSED', 'RABBITMQ_UNREACHABLE'])
  })

  it('says at its deadline that nothing answers when the port wants TLS and none is spoken', async () => {
    const url = `amqp://guest:guest@127.0.0.1:${node().tlsPort}`
    const error = await failureOf(scene.create({ url, startDeadlineMs: 500 }).start())
    expect(error).to.include({ code: 'RABBITMQ_UNREACHABLE', retryable: true })
  })
}
