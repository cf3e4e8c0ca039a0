import { createRuntime, type Envelope, GuloError, type Publisher, Relay, type Signal } from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { envelope, quietLogger } from '../support/scene.js'

class ListedOutbox {
  readonly waiting: { sequence: string; envelope: Envelope; attempts: number }[] = []
  readonly settled: string[] = []
  readonly failed: string[] = []
  listener: (() => void) | undefined
  claims = 0

  add(...ids: string[]): void {
    for (const id of ids) {
      const [topic = 'a'] = id.split('-')
      this.waiting.push({ sequence: id, envelope: envelope({ id, topic }), attempts: 0 })
    }
    this.listener?.()
  }
  async publish(): Promise<void> {}
  async claim(limit: number, without: readonly string[] = []) {
    this.claims++
    const claimed = this.waiting.filter(({ envelope: { topic } }) => !without.includes(topic)).slice(0, limit)
    for (const entry of claimed) this.waiting.splice(this.waiting.indexOf(entry), 1)
    return claimed
  }
  async settle(entries: readonly { sequence: string }[]) {
    this.settled.push(...entries.map((entry) => entry.sequence))
  }
  async fail(entries: readonly { sequence: string; envelope: Envelope; attempts: number }[], _error?: unknown) {
    this.failed.push(...entries.map((entry) => entry.sequence))
    this.waiting.unshift(...entries.map((entry) => ({ ...entry, attempts: entry.attempts + 1 })))
  }
  onCommit(listener: () => void): () => void {
    this.listener = listener
    return () => {
      this.listener = undefined
    }
  }
}

describe('a relay', () => {
  let outbox: ListedOutbox
  let relay: Relay
  let sent: string[][]
  let refuse: (envelopes: readonly Envelope[]) => unknown
  let wake: () => void
  let signals: Signal[]
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const publisher: Publisher = {
    publish: async (envelopes) => {
      const error = refuse(envelopes)
      if (error) throw error
      sent.push(envelopes.map((each) => each.id))
    },
  }
  const open = (options: { batchSize?: number; drain?: boolean } = {}) => {
    relay = new Relay({
      outbox,
      publisher,
      runtime: createRuntime(),
      logger: quietLogger,
      observers: [(signal) => void signals.push(signal), () => wake()],
      ...options,
    })
    relay.start()
  }
  beforeEach(() => {
    outbox = new ListedOutbox()
    sent = []
    signals = []
    refuse = () => undefined
    wake = () => undefined
  })
  afterEach(() => relay.stop())

  it('publishes what was there before it started, and settles it after that', async () => {
    outbox.add('a-1', 'a-2')
    open()
    await until(() => signals.length === 2)
    expect(sent).to.deep.equal([['a-1', 'a-2']])
    expect(outbox.settled).to.deep.equal(['a-1', 'a-2'])
  })

  it('is woken by a commit', async () => {
    open()
    outbox.add('a-1')
    await until(() => signals.length === 1)
    expect(sent).to.deep.equal([['a-1']])
  })

  it('finds without a signal what another process has stored', async () => {
    open()
    outbox.listener = undefined
    outbox.add('a-1')
    await until(() => signals.length === 1)
    expect(sent).to.deep.equal([['a-1']])
  })

  it('takes no more at once than its batch size', async () => {
    outbox.add('a-1', 'a-2', 'a-3')
    open({ batchSize: 2 })
    await until(() => signals.length === 3)
    expect(sent).to.deep.equal([['a-1', 'a-2'], ['a-3']])
  })

  it('gives back what could not be published and publishes it later', async () => {
    let times = 2
    refuse = () => (times-- > 0 ? new Error('broker gone') : undefined)
    outbox.add('a-1', 'a-2')
    open()
    await until(() => signals.filter((signal) => signal.kind === 'published').length === 2)
    expect(outbox.failed).to.deep.equal(['a-1', 'a-2', 'a-1', 'a-2'])
    expect(outbox.settled).to.deep.equal(['a-1', 'a-2'])
    expect(signals.filter((signal) => signal.kind === 'publish-failed')).to.have.length(2)
  })

  it('settles what the broker has stored of a batch that failed', async () => {
    let times = 1
    refuse = (envelopes) =>
      times-- > 0 ? new GuloError('X', { message: 'half', mend: '.' }, { unsent: envelopes.slice(1) }) : undefined
    outbox.add('a-1', 'a-2')
    open()
    await until(() => outbox.settled.length === 2)
    expect(outbox.settled).to.deep.equal(['a-1', 'a-2'])
    expect(outbox.failed).to.deep.equal(['a-2'])
    expect(sent).to.deep.equal([['a-2']])
  })

  it('gives back each with an error of its own, so that a hopeless one is parked and the others are tried again', async () => {
    const [hopeless, passing] = [Object.assign(new Error('too large'), { retryable: false }), new Error('away')]
    const failures = [passing, hopeless, passing]
    const given: [string[], unknown][] = []
    const { fail } = outbox
    outbox.fail = async (entries, error) => {
      given.push([entries.map(({ sequence }) => sequence), error])
      await fail.call(outbox, error === hopeless ? [] : entries)
    }
    let times = 1
    refuse = (envelopes) =>
      times-- > 0
        ? new GuloError('X', { message: 'some', mend: '.' }, { unsent: envelopes.slice(1), failures })
        : undefined
    outbox.add('a-1', 'a-2', 'a-3', 'a-4')
    open()
    await until(() => outbox.settled.length === 3)
    expect(given).to.deep.equal([
      [['a-2', 'a-4'], passing],
      [['a-3'], hopeless],
    ])
    expect(outbox.settled).to.deep.equal(['a-1', 'a-2', 'a-4'])
  })

  it('heeds no list of errors that does not match the list of what is unsent', async () => {
    const hopeless = Object.assign(new Error('too large'), { retryable: false })
    let times = 1
    const details = (unsent: readonly Envelope[]) => ({ unsent, failures: [hopeless], retryable: true })
    refuse = (envelopes) =>
      times-- > 0 ? new GuloError('X', { message: 'all', mend: '.' }, details(envelopes)) : undefined
    outbox.add('a-1', 'a-2')
    open()
    await until(() => outbox.settled.length === 2)
    expect(sent).to.deep.equal([['a-1', 'a-2']])
  })

  it('lets a topic that fails hold up no other', async () => {
    refuse = ([first]) => (first?.topic === 'dead' ? new Error('no such topic') : undefined)
    outbox.add('dead-1', 'alive-1')
    open()
    await until(() => outbox.settled.length === 1 && outbox.failed.length >= 1)
    expect(outbox.settled).to.deep.equal(['alive-1'])
    expect(outbox.failed[0]).to.equal('dead-1')
  })

  it('does not wait for a topic whose batch takes long, and takes no more of it meanwhile', async () => {
    let release = () => undefined as void
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow: Publisher = {
      publish: async (envelopes) => {
        if (envelopes[0]?.topic === 'slow') await held
        sent.push(envelopes.map((each) => each.id))
      },
    }
    outbox.add('slow-1', 'fast-1')
    relay = new Relay({ outbox, publisher: slow, slowTopicMs: 1, logger: quietLogger, observers: [() => wake()] })
    relay.start()
    await until(() => sent.length === 1)
    outbox.add('slow-2', 'fast-2')
    await until(() => sent.length === 2)
    expect(sent).to.deep.equal([['fast-1'], ['fast-2']])
    release()
    await until(() => sent.length === 4)
    expect(sent.slice(2)).to.deep.equal([['slow-1'], ['slow-2']])
  })

  it('tries a topic that fails less and less often, and all others as often as there is something', async () => {
    const tried: string[] = []
    refuse = ([first]) => {
      tried.push(first?.topic as string)
      return first?.topic === 'dead' ? new Error('no such topic') : undefined
    }
    outbox.add('dead-1')
    open()
    for (let number = 1; number <= 40; number++) {
      outbox.add(`alive-${number}`)
      await until(() => outbox.settled.length === number)
    }
    expect(tried.filter((topic) => topic === 'dead').length).to.be.within(1, 4)
  })

  it('goes on when its outbox cannot be read for a while', async () => {
    const { claim } = outbox
    let times = 2
    outbox.claim = async (limit, without) => {
      if (times-- > 0) throw new Error('database gone')
      return claim.call(outbox, limit, without)
    }
    outbox.add('a-1')
    open()
    await until(() => signals.length === 1)
    expect(sent).to.deep.equal([['a-1']])
  })

  it('starts once and stops cleanly, also twice', async () => {
    open()
    expect(() => relay.start())
      .to.throw()
      .with.property('code', 'GULO_ALREADY_STARTED')
    await relay.stop()
    await relay.stop()
    const claims = outbox.claims
    outbox.add('a-1')
    await new Promise((resolve) => setImmediate(resolve))
    expect(outbox.claims).to.equal(claims)
  })

  it('publishes what is left when it stops, if it is told to, and gives up at the first failure', async () => {
    open({ batchSize: 1, drain: true })
    outbox.listener = undefined
    outbox.add('a-1', 'a-2', 'a-3')
    refuse = ([first]) => (first?.id === 'a-3' ? new Error('broker gone') : undefined)
    await relay.stop()
    expect(sent).to.deep.equal([['a-1'], ['a-2']])
    expect(outbox.failed).to.deep.equal(['a-3'])
  })

  it('says so when a batch in flight does not end within the deadline', async () => {
    let release = () => undefined as void
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let entered = () => undefined as void
    const begun = new Promise<void>((resolve) => {
      entered = resolve
    })
    const slow: Publisher = {
      publish: () => {
        entered()
        return held
      },
    }
    outbox.add('a-1')
    relay = new Relay({ outbox, publisher: slow, logger: quietLogger })
    relay.start()
    await begun
    expect(await failure(relay.stop({ deadlineMs: 5 }))).to.have.property('code', 'GULO_STOP_DEADLINE')
    release()
  })
})
