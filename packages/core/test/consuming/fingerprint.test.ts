import { type DeadLetter, fingerprintOf } from '@gulo/core'
import { expect } from 'chai'
import { wordsOf } from '../../dist/consuming/fingerprint.js'

type Cause = Pick<DeadLetter, 'consumer' | 'type' | 'error'>
const error = { code: 'NO_SHELF', type: 'ShelfError', message: 'no shelf', details: {}, stack: undefined }
const cause: Cause = { consumer: 'inventory/reserve', type: 'ordering.order.placed.v1', error }

describe('the fingerprint of a dead letter', () => {
  it('leaves out what differs from letter to letter', () => {
    for (const [one, other] of [
      ['no shelf 7', 'no shelf 1234'],
      ['order "a" is gone', 'order "b c" is gone'],
      ["order 'a' is gone", "order 'b' is gone"],
      ['order 01a1ff7b-90d7-75a7-b474-9ac23e5e096d', 'order 02b2ff7b-90d7-75a7-b474-9ac23e5e096e'],
      ['key deadbeef01 in use', 'key 00c0ffee77aa in use'],
    ] as const)
      expect(wordsOf(one)).to.equal(wordsOf(other))
    expect(wordsOf('no shelf')).to.not.equal(wordsOf('no lamp'))
    expect(wordsOf('the facade decade')).to.equal('the facade decade')
  })

  it('tells consumer, type, code, class and words apart', () => {
    const others: Cause[] = [
      { ...cause, consumer: 'inventory/other' },
      { ...cause, type: undefined },
      { ...cause, error: { ...error, code: 'OTHER' } },
      { ...cause, error: { ...error, type: 'Other' } },
      { ...cause, error: { ...error, message: 'no lamp' } },
    ]
    expect(new Set([cause, ...others].map(fingerprintOf)).size).to.equal(6)
    expect(fingerprintOf(cause))
      .to.match(/^[0-9a-f]{16}$/)
      .and.to.equal(fingerprintOf({ ...cause }))
  })

  it('is made of the beginning of a message that does not end', () => {
    const message = '"'.repeat(1_000_000)
    expect(fingerprintOf({ ...cause, error: { ...error, message } })).to.have.length(16)
  })
})
