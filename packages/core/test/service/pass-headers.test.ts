import { createService, handler, type MessageContext, memoryTransport, result } from '@gulo/core'
import { expect } from 'chai'
import { OrderPlacedV1, Place, Stage } from '../bad-input/stage.js'

describe('the headers of a command', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const headersFar = async (passHeaders?: readonly string[]) => {
    let seen: MessageContext['headers'] = {}
    const look = handler(OrderPlacedV1, (_, { headers }) => {
      seen = headers
    })
    await stage.start({ name: 'inventory', handlers: [look] })
    const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
    const service = await stage.start({ handlers: [place], ...(passHeaders && { passHeaders }) })
    await service.mediator.send(Place.of({ orderId: '1' }), { headers: { 'x-region': 'eu', secret: 's' } })
    await stage.until('handled')
    return seen
  }

  it('stay with it where nothing is said', async () => {
    expect(await headersFar()).to.not.have.any.keys('x-region', 'secret')
  })

  it('go on to its events where they are named, and no others', async () => {
    const headers = await headersFar(['x-region', 'x-absent'])
    expect(headers).to.include({ 'x-region': 'eu' })
    expect(headers).to.not.have.any.keys('secret', 'x-absent')
  })

  it('are refused as anything but a list of names, at start', () => {
    const options = { name: 'ordering', handlers: [], transport: memoryTransport(), passHeaders: 'x-region' as never }
    expect(() => createService(options).describe()).to.throw('passHeaders is no list of header names')
  })
})
