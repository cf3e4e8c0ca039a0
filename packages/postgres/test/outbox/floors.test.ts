import { expect } from 'chai'
import { Floors } from '../../dist/outbox/floors.js'

describe('A floor', () => {
  const slot = 3
  const snapshot = (xmin: number, xmax: number) => ({ xmin: BigInt(xmin), xmax: BigInt(xmax) })

  it('rises to what is done once every transaction that was open then has ended', () => {
    const floors = new Floors(1000)
    floors.done(slot, 10n, snapshot(5, 8), 0)
    floors.seen(slot, undefined, snapshot(7, 9), 1)
    expect(floors.of(slot), 'while number 7 is open').to.equal(0n)
    floors.seen(slot, undefined, snapshot(8, 9), 2)
    expect(floors.of(slot)).to.equal(10n)
  })

  it('stays below a row that has appeared late', () => {
    const floors = new Floors(1000)
    floors.done(slot, 10n, snapshot(5, 8), 0)
    floors.seen(slot, 4n, snapshot(8, 9), 1)
    expect(floors.of(slot)).to.equal(3n)
  })

  it('rises under load, where there is always something younger that is done', () => {
    const floors = new Floors(1000)
    for (let round = 0; round < 10; round++) {
      floors.seen(slot, undefined, snapshot(5 + round, 8 + round), round)
      floors.done(slot, BigInt(10 + round), snapshot(5 + round, 8 + round), round)
    }
    expect(Number(floors.of(slot))).to.be.greaterThan(10)
  })

  it('is lowered to a row that was given back, and forgets what was done beyond', () => {
    const floors = new Floors(1000)
    floors.done(slot, 10n, snapshot(5, 8), 0)
    floors.seen(slot, undefined, snapshot(8, 9), 1)
    floors.done(slot, 20n, snapshot(8, 9), 2)
    floors.lower(slot, 6n)
    floors.seen(slot, undefined, snapshot(20, 20), 3)
    expect(floors.of(slot)).to.equal(6n)
  })

  it('rises past a transaction that stays open for too long, and says so', () => {
    const floors = new Floors(1000)
    floors.done(slot, 10n, snapshot(5, 8), 0)
    expect(floors.seen(slot, undefined, snapshot(5, 9), 1000)).to.equal(false)
    expect(floors.seen(slot, undefined, snapshot(5, 9), 1001)).to.equal(true)
    expect(floors.of(slot)).to.equal(10n)
  })
})
