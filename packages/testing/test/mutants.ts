import { type ConformanceCase, type Disposable, failuresOf, type MakeDriver } from '@gulo/testing'
import { expect } from 'chai'

/** A driver that breaks a promise, and the cases that must see it. */
export interface Mutant<D> {
  readonly does: string
  readonly make: MakeDriver<D>
  readonly seenBy: readonly string[]
}

/** Registers one test for each mutant, and one that no case is blind. */
export function describeMutants<D extends Disposable>(
  suite: string,
  cases: readonly ConformanceCase<D>[],
  mutants: readonly Mutant<D>[],
): void {
  describe(`the suite of ${suite}`, () => {
    for (const { does, make, seenBy } of mutants) {
      it(`sees a driver that ${does}`, async () => {
        const concerned = cases.filter(({ title }) => seenBy.includes(title))
        expect(concerned.map(({ title }) => title)).to.have.members(seenBy)
        const failures = await failuresOf(concerned, make)
        expect([...failures.keys()]).to.have.members(seenBy)
      }).timeout(20_000)
    }

    it('has no case that every broken driver passes', () => {
      const seen = new Set(mutants.flatMap(({ seenBy }) => seenBy))
      expect(cases.map(({ title }) => title).filter((title) => !seen.has(title))).to.deep.equal([])
    })
  })
}
