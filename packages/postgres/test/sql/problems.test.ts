import { expect } from 'chai'
import { isConflict, sqlStateOf } from '../../dist/sql/problems.js'

const withCode = (code: string, more: object = {}) => Object.assign(new Error('x'), { code }, more)

describe('The SQLSTATE of an error', () => {
  it('is that of the server, also where a library has wrapped it', () => {
    const own = withCode('23505')
    expect(sqlStateOf(own)).to.equal('23505')
    for (const place of ['cause', 'driverError', 'original', 'parent'])
      expect(sqlStateOf(withCode('P2010', { [place]: own })), place).to.equal('23505')
    expect(sqlStateOf(withCode('P0001'))).to.equal('P0001')
    expect(sqlStateOf(withCode('XX000'))).to.equal('XX000')
  })

  it('is none of an error of the system, which has five characters as well', () => {
    for (const code of ['EPIPE', 'EBUSY', 'ECONNRESET', 'P1001'])
      expect(sqlStateOf(withCode(code)), code).to.equal(undefined)
  })

  it('is found in what Prisma tells of its driver', () => {
    const cause = { kind: 'TransactionWriteConflict', originalCode: '40P01' }
    const error = withCode('P2010', { meta: { driverAdapterError: { name: 'DriverAdapterError', cause } } })
    expect(sqlStateOf(error)).to.equal('40P01')
    expect(isConflict(withCode('P2034'))).to.equal(true)
  })
})
