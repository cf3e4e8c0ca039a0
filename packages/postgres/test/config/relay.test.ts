import { postgres } from '@gulo/postgres'
import { expect } from 'chai'

describe('The options about who sends what the outbox holds', () => {
  const pool = { connect: () => Promise.reject(new Error('none')), query: () => Promise.reject(new Error('none')) }
  const faultsOf = (options: object): string => {
    try {
      postgres({ pool, ...options })
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }

  it('are refused all at once', () => {
    const text = faultsOf({ relay: 'debezium', cdc: { slot: 'Slot-1', publication: '', headers: ['a,b', 'ce_id'] } })
    expect(text).to.contain('relay is debezium; expected polling, separate, cdc.')
    expect(text).to.contain('cdc.slot is Slot-1').and.contain('cdc.publication is ')
    expect(text).to.contain('cdc.headers has a,b, ce_id;')
  })

  it('are refused where two headers would share a column', () => {
    expect(faultsOf({ cdc: { headers: ['x-a', 'X_A'] } })).to.contain('alike but for case and signs')
    expect(faultsOf({ cdc: { headers: 'x-a' } })).to.contain('expected a list')
    expect(faultsOf({ cdc: 'slot' })).to.contain('cdc is slot')
  })

  it('say who sends', () => {
    expect(postgres({ pool }).relayedBy).to.equal(undefined)
    expect(postgres({ pool, relay: 'separate' }).relayedBy).to.equal('relays in processes of their own')
    expect(postgres({ pool, relay: 'cdc' }).relayedBy).to.equal('change data capture')
  })
})
