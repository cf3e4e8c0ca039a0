import { expect } from 'chai'
import { InboxKeeper, type Reply } from '../dist/inbox/inbox-keeper.js'
import type { Item } from '../dist/ledger/books.js'

describe('The inbox that workers share', () => {
  const item: Item = { id: 'k-0', key: 'k', n: 0 }
  let applied: Item[]
  let inbox: InboxKeeper
  let said: string[]
  const worker =
    (name: string): Reply =>
    (number, answer) =>
      said.push(`${name}${number} ${answer}`)
  const [one, two, three] = [worker('a'), worker('b'), worker('c')] as [Reply, Reply, Reply]

  beforeEach(() => {
    applied = []
    said = []
    inbox = new InboxKeeper((each) => applied.push(each))
  })

  it('lets the first in and answers the second when the first has committed', () => {
    inbox.begin(one, 1, item.id)
    inbox.begin(two, 1, item.id)
    expect(said).to.deep.equal(['a1 new'])
    inbox.commit(one, 2, item)
    expect(said).to.deep.equal(['a1 new', 'a2 new', 'b1 duplicate'])
    inbox.begin(three, 1, item.id)
    expect(said.at(-1)).to.equal('c1 duplicate')
    expect(applied).to.deep.equal([item])
  })

  it('gives the turn to the next when the first rolls back or dies', () => {
    inbox.begin(one, 1, item.id)
    inbox.begin(two, 1, item.id)
    inbox.begin(three, 1, item.id)
    inbox.rollback(one, item.id)
    expect(said.at(-1)).to.equal('b1 new')
    inbox.gone(two)
    expect(said.at(-1)).to.equal('c1 new')
    inbox.commit(three, 2, item)
    expect(applied).to.have.length(1)
  })

  it('forgets what a dead worker waited for, and takes no commit without an entry', () => {
    inbox.begin(one, 1, item.id)
    inbox.begin(two, 1, item.id)
    inbox.gone(two)
    inbox.gone(one)
    inbox.commit(one, 2, item)
    expect(applied).to.deep.equal([])
    inbox.begin(three, 1, item.id)
    expect(said).to.deep.equal(['a1 new', 'c1 new'])
  })
})
