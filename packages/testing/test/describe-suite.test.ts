import { memoryStore, memoryTransport } from '@gulo/core'
import { describeDisturbances, describeOutbox, TESTING_ERRORS } from '@gulo/testing'
import { expect } from 'chai'

describe('a suite that is told to skip', () => {
  const describeWith = (skip: Record<string, string>) => () => describeOutbox('nothing', () => memoryStore(), { skip })

  it('refuses a case that does not exist, and names it', () => {
    expect(describeWith({ 'is quick': 'it is slow' }))
      .to.throw('there is no case "is quick"')
      .with.property('code', 'GULO_SUITE_SKIP_INVALID')
  })

  it('refuses a case without a reason', () => {
    expect(describeWith({ 'gives no more than the limit': ' ' })).to.throw(
      'no reason for "gives no more than the limit"',
    )
  })
})

describe('a suite with a case left out', () => {
  it('prints the reason beside the title', () => {
    const titles: string[] = []
    const real = { describe: globalThis.describe, it: globalThis.it }
    try {
      const it = Object.assign(() => undefined, { skip: (title: string) => void titles.push(title) })
      Object.assign(globalThis, { describe: (_: string, define: () => void) => define(), it })
      describeOutbox('a slow outbox', () => memoryStore(), {
        skip: { 'gives no more than the limit': 'it has no limit' },
      })
    } finally {
      Object.assign(globalThis, real)
    }
    expect(titles).to.deep.equal(['gives no more than the limit (left out: it has no limit)'])
  })
})

describe('a suite with a case that does not concern its driver', () => {
  it('leaves it out with the reason beside its title', async () => {
    const shown: string[] = []
    const runs: Promise<void>[] = []
    const real = { describe: globalThis.describe, it: globalThis.it }
    try {
      const it = (title: string, run: (this: object) => Promise<void>) => {
        const test = { title }
        const context = { test, skip: () => void shown.push(test.title) }
        if (title.startsWith('loses nothing it answered for when the broker')) runs.push(run.call(context))
      }
      Object.assign(globalThis, {
        describe: (_: string, define: () => void) => define(),
        it: Object.assign(it, { skip: () => undefined }),
      })
      describeDisturbances('a shy transport', () => ({ create: () => memoryTransport() }))
    } finally {
      Object.assign(globalThis, real)
    }
    await Promise.all(runs)
    expect(shown).to.deep.equal([
      'loses nothing it answered for when the broker restarts amid publishing and consuming (left out: the driver cannot restart its broker)',
    ])
  })
})

describe('an error of the testing package', () => {
  it('ends with a mend', () => {
    for (const { mend } of Object.values(TESTING_ERRORS)) expect(mend).to.match(/\.$/)
  })
})
