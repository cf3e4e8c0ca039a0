import { expect } from 'chai'
import { BatchLanes, type Outcome } from '../../dist/consuming/batch-lanes.js'
import { BatchSize } from '../../dist/consuming/batch-size.js'
import { failure } from '../support/failure.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Lanes for texts like `k1`, whose first letter is the key; what contains an exclamation mark is done alone. */
function stage({ concurrency = 4, size = 10, outcomes = {} as Record<string, Outcome> } = {}) {
  const log: string[] = []
  const failing = new Map<string, Error>()
  const batchFails = { next: false }
  const open: (() => void)[] = []
  const held = { batches: false }
  const lanes = new BatchLanes<string>({
    concurrency,
    size: new BatchSize({ size }),
    isAlone: (text) => text.includes('!'),
    together: async (texts) => {
      log.push(`[${texts.join(' ')}]`)
      if (held.batches) await new Promise<void>((resolve) => open.push(resolve))
      if (batchFails.next) throw new Error('rolled back')
      const found = texts.map((text) => outcomes[text] ?? 'done')
      for (const text of texts) delete outcomes[text]
      return found
    },
  })
  const work = async (text: string) => {
    log.push(text)
    await turn()
    const error = failing.get(text)
    if (error) throw error
  }
  const enter = (...texts: string[]) =>
    texts.map((text) => lanes.enter(text.startsWith('-') ? undefined : text[0], (each) => work(each), text))
  return { lanes, log, enter, work, failing, batchFails, held, open }
}

describe('lanes that do much at once', () => {
  it('give all that waits to one batch, in order per key', async () => {
    const { enter, log } = stage()
    await Promise.all(enter('a1', 'b1', 'a2', '-', 'b2'))
    expect(log).to.deep.equal(['[a1 a2 b1 b2 -]'])
  })

  it('begin nothing before the caller has returned', async () => {
    const { enter, log } = stage()
    const all = Promise.all(enter('a1', 'b1'))
    expect(log).to.deep.equal([])
    await all
  })

  it('do one piece of work by itself when it is the only one', async () => {
    const { enter, log } = stage()
    await Promise.all(enter('a1'))
    expect(log).to.deep.equal(['a1'])
  })

  it('put no more into a batch than its size, and run the rest beside it', async () => {
    const { enter, log } = stage({ size: 2 })
    await Promise.all(enter('a1', 'b1', 'c1', 'd1'))
    expect(log).to.deep.equal(['[a1 b1]', '[c1 d1]'])
  })

  it('run no key in two batches at once', async () => {
    const { enter, log, held, open } = stage({ size: 2 })
    held.batches = true
    const all = Promise.all(enter('a1', 'a2', 'a3', 'b1'))
    await turn()
    expect(log).to.deep.equal(['[a1 a2]', 'b1'])
    held.batches = false
    for (const go of open) go()
    await all
    expect(log).to.deep.equal(['[a1 a2]', 'b1', 'a3'])
  })

  it('run no more at once than they may', async () => {
    const { enter, log, held, open } = stage({ size: 2, concurrency: 1 })
    held.batches = true
    const all = Promise.all(enter('a1', 'b1', 'c1', 'd1'))
    await turn()
    expect(log).to.deep.equal(['[a1 b1]'])
    held.batches = false
    for (const go of open) go()
    await all
    expect(log).to.deep.equal(['[a1 b1]', '[c1 d1]'])
  })

  it('do alone what is to be alone, in the order of its key', async () => {
    const { enter, log } = stage()
    await Promise.all(enter('a1', 'a2!', 'a3', 'a4', 'b1'))
    expect(log).to.deep.equal(['[a1 b1]', 'a2!', '[a3 a4]'])
  })

  it('do again together what has to come later, and alone what has to be alone', async () => {
    const outcomes: Record<string, Outcome> = { a2: 'later', a3: 'later', b1: 'alone', b2: 'alone' }
    const { enter, log } = stage({ outcomes })
    await Promise.all(enter('a1', 'a2', 'a3', 'b1', 'b2'))
    expect(log[0]).to.equal('[a1 a2 a3 b1 b2]')
    expect(log).to.include.members(['[a2 a3]', 'b1', 'b2'])
    expect(log.indexOf('b1')).to.be.lessThan(log.indexOf('b2'))
  })

  it('do everything alone when the batch is rolled back', async () => {
    const { enter, log, batchFails } = stage()
    batchFails.next = true
    await Promise.all(enter('a1', 'a2', 'b1'))
    expect(log).to.deep.equal(['[a1 a2 b1]', 'a1', 'b1', 'a2'])
  })

  it('keep the order of a key when a batch is rolled back that had not room for all of it', async () => {
    const { enter, log, batchFails } = stage({ size: 2 })
    batchFails.next = true
    const all = Promise.all(enter('a1', 'a2', 'a3', 'a4'))
    await turn()
    batchFails.next = false
    await all
    expect(
      log
        .join(' ')
        .match(/a[1-4]/g)
        ?.slice(2),
    ).to.deep.equal(['a1', 'a2', 'a3', 'a4'])
  })

  it('hold back what is behind failed work of its key, and only that', async () => {
    const { enter, failing, batchFails, lanes } = stage()
    batchFails.next = true
    failing.set('a1', new Error('wrong'))
    const [a1, a2, b1] = enter('a1', 'a2', 'b1') as [Promise<void>, Promise<void>, Promise<void>]
    expect(await failure(a1)).to.have.property('message', 'wrong')
    expect(await failure(a2)).to.have.property('code', 'GULO_MESSAGE_HELD_BACK')
    await b1
    expect(lanes.size).to.equal(0)
  })

  it('take work of a key anew after it has failed', async () => {
    const { enter, failing } = stage()
    failing.set('a1', new Error('wrong'))
    await failure(Promise.all(enter('a1')))
    failing.clear()
    await Promise.all(enter('a1'))
  })

  it('run what is asked for by itself at once, behind what its key has before it', async () => {
    const { lanes, enter, log, work } = stage()
    const first = enter('a1', 'a2')
    const again = lanes.run('a', (text) => work(text), 'again')
    await Promise.all([...first, again])
    expect(log).to.deep.equal(['[a1 a2]', 'again'])
  })

  it('say when nothing is left', async () => {
    const { lanes, enter, log } = stage()
    await lanes.drained()
    const all = Promise.all(enter('a1', 'b1'))
    expect(lanes.size).to.equal(2)
    await lanes.drained()
    expect(log).to.deep.equal(['[a1 b1]'])
    await all
  })

  it('let neither single work nor batches wait for ever behind the other', async () => {
    const { enter, log } = stage({ concurrency: 1, size: 2 })
    await Promise.all(enter('a!', 'b!', 'c!', 'd1', 'e1', 'f1', 'g1'))
    expect(log.slice(0, 4)).to.include.members(['a!', '[d1 e1]', 'b!', '[f1 g1]'])
  })
})

describe('the size of a batch', () => {
  const LOTS = 1000

  it('is what fits into the time, by what handlers have taken of late', () => {
    const size = new BatchSize({ size: 100, maxMs: 20 })
    expect(size.next(LOTS, 1)).to.equal(100)
    size.succeeded(10, 50, 1)
    expect(size.next(LOTS, 1)).to.equal(4)
    for (let times = 0; times < 30; times++) size.succeeded(4, 0.4, 1)
    expect(size.next(LOTS, 1)).to.equal(100)
  })

  it('leaves slow handlers their share of what runs side by side', () => {
    const size = new BatchSize({ size: 100, maxMs: 100 })
    expect(size.next(64, 16)).to.equal(100)
    size.succeeded(10, 50, 1)
    expect(size.next(64, 16)).to.equal(4)
    expect(size.next(3, 16)).to.equal(1)
    expect(size.next(LOTS, 16)).to.equal(20)
  })

  it('stays large where it is the database that is slow', () => {
    const size = new BatchSize({ size: 100, maxMs: 1000 })
    size.succeeded(10, 50, 12)
    expect(size.next(64, 16)).to.equal(100)
  })

  it('is one where a handler takes longer than a transaction may, and grows again after a while of single ones', () => {
    const size = new BatchSize({ size: 100, maxMs: 20 })
    size.succeeded(1, 1000, 1)
    expect(size.next(LOTS, 1)).to.equal(1)
    for (let times = 0; times < 200; times++) size.alone()
    expect(size.next(LOTS, 1)).to.be.greaterThan(1)
  })

  it('shrinks when batches fail, and grows when they do not', () => {
    const size = new BatchSize({ size: 64 })
    size.failed()
    expect(size.next(LOTS, 1)).to.equal(16)
    for (let times = 0; times < 9; times++) size.failed()
    expect(size.next(LOTS, 1)).to.equal(1)
    for (let times = 0; times < 4; times++) size.alone()
    expect(size.next(LOTS, 1)).to.equal(2)
    for (let times = 0; times < 9; times++) size.succeeded(1, 0, 1)
    expect(size.next(LOTS, 1)).to.equal(64)
  })
})
