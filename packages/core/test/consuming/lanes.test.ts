import { expect } from 'chai'
import { Lanes } from '../../dist/consuming/lanes.js'
import { failure } from '../support/failure.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

function recorder() {
  const started: string[] = []
  const open = new Map<string, { resolve: () => void; reject: (error: unknown) => void }>()
  const work = (name: string) => () =>
    new Promise<void>((resolve, reject) => {
      started.push(name)
      open.set(name, { resolve, reject })
    })
  const finish = async (name: string, error?: unknown) => {
    const pending = open.get(name)
    if (error === undefined) pending?.resolve()
    else pending?.reject(error)
    await turn()
  }
  return { started, work, finish }
}

describe('lanes', () => {
  it('run one key in order and different keys at once', async () => {
    const { started, work, finish } = recorder()
    const lanes = new Lanes(8)
    const all = Promise.all([lanes.run('a', work('a1')), lanes.run('a', work('a2')), lanes.run('b', work('b1'))])
    expect(started).to.deep.equal(['a1', 'b1'])
    await finish('a1')
    expect(started).to.deep.equal(['a1', 'b1', 'a2'])
    await finish('a2')
    await finish('b1')
    await all
  })

  it('run work without a key at once', async () => {
    const { started, work, finish } = recorder()
    const lanes = new Lanes(8)
    const all = Promise.all([lanes.run(undefined, work('1')), lanes.run(undefined, work('2'))])
    expect(started).to.deep.equal(['1', '2'])
    await finish('2')
    await finish('1')
    await all
  })

  it('run no more at once than they are told', async () => {
    const { started, work, finish } = recorder()
    const lanes = new Lanes(2)
    const all = Promise.all(['a', 'b', 'c', 'd'].map((key) => lanes.run(key, work(key))))
    expect(started).to.deep.equal(['a', 'b'])
    await finish('b')
    expect(started).to.deep.equal(['a', 'b', 'c'])
    await finish('a')
    await finish('c')
    await finish('d')
    await all
  })

  it('give every key its turn when one has much to do', async () => {
    const { started, work, finish } = recorder()
    const lanes = new Lanes(1)
    void lanes.run('busy', work('busy1'))
    void lanes.run('busy', work('busy2'))
    void lanes.run('other', work('other'))
    await finish('busy1')
    expect(started).to.deep.equal(['busy1', 'other'])
    await finish('other')
    await finish('busy2')
  })

  it('refuse unrun what waits behind a failure of its key, and nothing else', async () => {
    const { started, work, finish } = recorder()
    const lanes = new Lanes(8)
    const boom = new Error('boom')
    const first = failure(lanes.run('a', work('a1')))
    const second = failure(lanes.run('a', work('a2')))
    const other = lanes.run('b', work('b1'))
    await finish('a1', boom)
    expect(await first).to.equal(boom)
    expect(await second).to.include({ code: 'GULO_MESSAGE_HELD_BACK' })
    expect(started).to.deep.equal(['a1', 'b1'])
    await finish('b1')
    await other
  })

  it('say what key was held back, and by what', async () => {
    const { work, finish } = recorder()
    const lanes = new Lanes(8)
    const boom = new Error('boom')
    void failure(lanes.run('a', work('a1')))
    const second = failure(lanes.run('a', work('a2')))
    await finish('a1', boom)
    const error = (await second) as Error
    expect(error.message).to.match(/^The message waits for an earlier one of its key "a"/)
    expect(error.cause).to.equal(boom)
  })

  it('count what runs and what waits, also behind its key', async () => {
    const { work, finish } = recorder()
    const lanes = new Lanes(1)
    const all = ['a1', 'a2', 'a3'].map((name) => lanes.run('a', work(name)))
    const others = [lanes.run('b', work('b1')), lanes.run(undefined, work('c1'))]
    expect(lanes.size).to.equal(5)
    await finish('a1')
    expect(lanes.size).to.equal(4)
    await finish('b1')
    await finish('c1')
    const failing = all.slice(1).map(failure)
    await finish('a2', new Error('boom'))
    expect(lanes.size).to.equal(0)
    await Promise.all([all[0], ...others, ...failing])
  })

  it('run a key again after its failure', async () => {
    const { work, finish } = recorder()
    const lanes = new Lanes(8)
    const first = failure(lanes.run('a', work('a1')))
    await finish('a1', new Error('boom'))
    await first
    const again = lanes.run('a', work('a1 again'))
    await finish('a1 again')
    await again
  })

  it('are drained once nothing runs or waits', async () => {
    const { work, finish } = recorder()
    const lanes = new Lanes(1)
    await lanes.drained()
    const all = [lanes.run('a', work('a1')), lanes.run('b', work('b1'))]
    let drained = false
    void lanes.drained().then(() => {
      drained = true
    })
    await finish('a1')
    expect(drained).to.equal(false)
    await finish('b1')
    expect(drained).to.equal(true)
    expect(lanes.size).to.equal(0)
    await Promise.all(all)
  })

  it('begin nothing that enters before who brings it has returned', async () => {
    const { started, work, finish } = recorder()
    const lanes = new Lanes(2)
    const all = ['a', 'b', 'c'].map((name) => lanes.enter(name, work(name), undefined))
    expect(started).to.deep.equal([])
    expect(lanes.size).to.equal(3)
    await turn()
    expect(started).to.deep.equal(['a', 'b'])
    for (const name of ['a', 'b', 'c']) await finish(name)
    await Promise.all(all)
    const later = lanes.enter('d', work('d'), undefined)
    await turn()
    expect(started).to.deep.equal(['a', 'b', 'c', 'd'])
    await finish('d')
    await later
  })

  it('hand work its subject', async () => {
    const seen: string[] = []
    const lanes = new Lanes(1)
    const note = (text: string) => void seen.push(text)
    await Promise.all([lanes.run('a', note, 'first'), lanes.enter('a', note, 'second')])
    expect(seen).to.deep.equal(['first', 'second'])
  })
})

describe('lanes whose work is done at once', () => {
  const DEEP = 20_000

  it('do much of it in order, of one key and of many, without a stack of its own for each', async () => {
    const lanes = new Lanes(3)
    const seen: number[] = []
    const note = (number: number) => void seen.push(number)
    const numbers = Array.from({ length: DEEP }, (_, number) => number)
    await Promise.all(numbers.map((number) => lanes.enter('one', note, number)))
    expect(seen).to.deep.equal(numbers)
    await Promise.all(numbers.map((number) => lanes.enter(String(number % 7), note, number)))
    expect(seen).to.have.length(2 * DEEP)
    expect(lanes.size).to.equal(0)
  })

  it('refuse what waits behind work that throws, and go on with other keys', async () => {
    const lanes = new Lanes(1)
    const boom = new Error('boom')
    const seen: string[] = []
    const work = (name: string) => {
      seen.push(name)
      if (name === 'a1') throw boom
      return undefined
    }
    const [a1, a2, b1] = [lanes.enter('a', work, 'a1'), lanes.enter('a', work, 'a2'), lanes.enter('b', work, 'b1')]
    expect(await failure(a1)).to.equal(boom)
    expect(await failure(a2)).to.include({ code: 'GULO_MESSAGE_HELD_BACK' })
    await b1
    await lanes.run('a', work, 'a3')
    expect(seen).to.deep.equal(['a1', 'b1', 'a3'])
    await lanes.drained()
  })

  it('are drained when the last of it is done', async () => {
    const lanes = new Lanes(1)
    const settling = lanes.enter('a', () => undefined, undefined)
    const drained = lanes.drained()
    await Promise.all([settling, drained])
  })
})
