import { expect } from 'chai'
import { Books, countCopies, type Item } from '../dist/ledger/books.js'
import { type Ledger, toTable, violations } from '../dist/ledger/ledger.js'

const item = (n: number, key = 'k'): Item => ({ id: `${key}-${n}`, key, n })

function bookkeeping({ stored, effects }: { stored?: readonly number[]; effects: readonly number[] }) {
  const books = new Books()
  for (const n of [0, 1, 2, 3]) {
    books.publish(item(n))
    books.acknowledge(item(n).id)
  }
  for (const n of effects) books.effect(item(n))
  return books.close(stored && new Set(stored.map((n) => item(n).id)))
}

describe('The books of a fault rig', () => {
  it('are clean when each message took effect once and in order', () => {
    const clean = { messages: 4, handled: 4, lost: 0, twice: 0, reordered: 0, ghost: 0 }
    expect(bookkeeping({ effects: [0, 1, 2, 3] })).to.deep.equal(clean)
  })

  it('see an acknowledged message that was never handled', () => {
    expect(bookkeeping({ effects: [0, 1, 3] })).to.include({ lost: 1, reordered: 0 })
  })

  it('see an acknowledged message that is not in the log, even if it was handled', () => {
    expect(bookkeeping({ effects: [0, 1, 2, 3], stored: [0, 1, 2] })).to.include({ lost: 1 })
  })

  it('see an effect that came twice, and do not call it disorder', () => {
    expect(bookkeeping({ effects: [0, 1, 2, 1, 3] })).to.include({ twice: 1, reordered: 0 })
  })

  it('see a first effect behind a later one of its key', () => {
    expect(bookkeeping({ effects: [0, 2, 1, 3] })).to.include({ twice: 0, reordered: 1 })
  })

  it('see what nobody published', () => {
    expect(bookkeeping({ effects: [0, 1, 2, 3, 9] })).to.include({ ghost: 1 })
    expect(bookkeeping({ effects: [0, 1, 2, 3], stored: [0, 1, 2, 3, 9] })).to.include({ ghost: 1, lost: 0 })
  })

  it('tell copies of one producer from those of its successors', () => {
    const copies = ['a', 'a', 'b'].map((producer) => ({ id: 'k-0', producer }))
    expect(countCopies([...copies, { id: 'k-1', producer: 'a' }])).to.deep.equal({ same: 1, successor: 1 })
  })
})

describe('The ledger of a fault rig', () => {
  const ledger: Ledger = {
    rig: 'kafka',
    seed: 7,
    messages: 4,
    handled: 4,
    kills: 1,
    faults: { droppedAcks: 3 },
    lost: 0,
    twice: 0,
    reordered: 0,
    ghost: 0,
    seconds: 1.5,
  }

  it('names every zero that is missed', () => {
    expect(violations(ledger)).to.deep.equal([])
    expect(violations({ ...ledger, lost: 2, storedTwice: 1, unpublished: 5 })).to.deep.equal([
      'lost 2',
      'storedTwice 1',
      'unpublished 5',
    ])
  })

  it('is a table for people', () => {
    expect(toTable({ ...ledger, without: 'inbox' }).split('\n')).to.include.members([
      'kafka, seed 7, without inbox, 1.5 s',
      'droppedAcks         3',
      'clean',
    ])
  })
})
