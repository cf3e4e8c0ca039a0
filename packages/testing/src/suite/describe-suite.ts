import { fault } from '../faults.js'
import { type ConformanceCase, type Disposable, LeftOut, type MakeDriver, runCase } from './conformance-case.js'

/** Titles of cases that are left out, each with the reason. */
export type Skips = Readonly<Record<string, string>>

/** What a suite needs of mocha; other runners have the same. */
interface TestRunner {
  describe(title: string, define: () => void): void
  it: ((title: string, test: (this: TestContext) => Promise<void>) => void) & { skip(title: string): void }
}

interface TestContext {
  timeout?(ms: number): unknown
  readonly test?: { title: string }
  skip?(): void
}

/**
 * Registers cases with the test runner; what is left out says why in its title.
 * @throws GULO_SUITE_NO_RUNNER, GULO_SUITE_SKIP_INVALID
 */
export function describeSuite<D extends Disposable>(
  suite: string,
  cases: readonly ConformanceCase<D>[],
  make: MakeDriver<D>,
  { skip = {}, timeoutMs }: { readonly skip?: Skips | undefined; readonly timeoutMs: number },
): void {
  checkSkips(suite, cases, skip)
  const { describe, it } = globalThis as unknown as Partial<TestRunner>
  if (describe === undefined || it === undefined) throw fault('GULO_SUITE_NO_RUNNER', { suite })
  describe(suite, () => {
    for (const each of cases) {
      const reason = each.notFor ?? skip[each.title]
      if (reason !== undefined) it.skip(`${each.title} (left out: ${reason})`)
      else {
        it(each.title, async function () {
          this.timeout?.(timeoutMs)
          const reason = await runUnlessLeftOut(each, make)
          if (reason === undefined) return
          if (this.test) this.test.title = `${each.title} (left out: ${reason})`
          this.skip?.()
        })
      }
    }
  })
}

/** Answers why the case is left out, if it is. */
async function runUnlessLeftOut<D extends Disposable>(
  each: ConformanceCase<D>,
  make: MakeDriver<D>,
): Promise<string | undefined> {
  try {
    await runCase(each, make)
    return undefined
  } catch (error) {
    if (error instanceof LeftOut) return error.message
    throw error
  }
}

function checkSkips(suite: string, cases: readonly ConformanceCase<never>[], skip: Skips): void {
  const titles = new Set(cases.map((each) => each.title))
  const wrong = Object.entries(skip).flatMap(([title, reason]) => {
    if (!titles.has(title)) return [`there is no case "${title}"`]
    return reason.trim() === '' ? [`no reason for "${title}"`] : []
  })
  if (wrong.length > 0) throw fault('GULO_SUITE_SKIP_INVALID', { suite, wrong: wrong.join('; ') })
}
