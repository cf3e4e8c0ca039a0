import { expect } from 'chai'
import { slotOf } from '../dist/topology/slots.js'

describe('The slot of a key', () => {
  // Reckoned by another program: a publisher of any version finds the same queue.
  const known = {
    '': '11',
    a: '3',
    foobar: '12',
    'order-42': '7',
    '0192f0c1-7c3e-7000-8000-000000000001': '4',
    Grüße: '10',
    '😀': '10',
  }
  for (const [key, slot] of Object.entries(known)) {
    it(`is ${slot} for "${key}", now and in every version, as text and as bytes`, () => {
      expect(slotOf(key)).to.equal(slot)
      expect(slotOf(Buffer.from(key))).to.equal(slot)
    })
  }

  for (const [name, keyOf] of Object.entries({
    'numbers in a row': (index: number) => `order-${index}`,
    'hundreds in a row': (index: number) => String(index * 100),
    'letters that differ in few bits': (index: number) =>
      `${String.fromCharCode(0x20 + (index % 6) * 16)}${index >> 3}`,
  })) {
    it(`is spread over all sixteen by ${name}`, () => {
      const counts = new Map<string, number>()
      for (let index = 0; index < 3200; index++) {
        const slot = slotOf(keyOf(index))
        counts.set(slot, (counts.get(slot) ?? 0) + 1)
      }
      expect(counts.size).to.equal(16)
      expect(Math.max(...counts.values())).to.be.below(300)
    })
  }
})
