import { expect } from 'chai'
import { Tails } from '../../dist/consuming/tails.js'
import { seededRandom } from '../../dist/runtime/random.js'

class Entry {
  hash = 0
  beside: this | undefined = undefined
  constructor(readonly key: string) {}
}

describe('The last of each key', () => {
  it('is what was put last, also among keys that fall together', () => {
    const tails = new Tails<Entry>()
    // the same hash, by its formula
    const [one, other, again] = [new Entry('Aa'), new Entry('BB'), new Entry('Aa')]
    expect([tails.put(one), tails.put(other), tails.put(again)]).to.deep.equal([undefined, undefined, one])
    expect(other.hash).to.equal(one.hash)
    tails.remove(again)
    expect([tails.size, tails.put(one), tails.put(new Entry('BB'))]).to.deep.equal([1, undefined, other])
  })

  it('is what a map would say, whatever comes and goes, and nothing hangs on what is gone', () => {
    const random = seededRandom(5)
    const below = (limit: number) => Math.floor(random.next() * limit)
    const tails = new Tails<Entry>()
    const map = new Map<string, Entry>()
    for (let step = 0; step < 30_000; step++) {
      // grows to more than there were places, and shrinks again
      const growing = step % 10_000 < 5000
      const entry = new Entry(`key-${below(3000)}`)
      if (below(4) < (growing ? 3 : 1)) {
        expect(tails.put(entry)).to.equal(map.get(entry.key))
        map.set(entry.key, entry)
      } else {
        const gone = map.get(entry.key)
        if (gone === undefined) continue
        tails.remove(gone)
        map.delete(entry.key)
        expect(gone.beside).to.equal(undefined)
      }
      expect(tails.size).to.equal(map.size)
    }
    for (const entry of map.values()) tails.remove(entry)
    expect(tails.size).to.equal(0)
  })
})
