import type { Suite } from './suite.js'

/** The suite with only those cases whose name contains `text`, and the groups that they need. @throws when there is none */
export function narrowed(suite: Suite, text: string): Suite {
  const cases = suite.cases.filter((each) => each.case.includes(text))
  if (cases.length === 0) throw new Error(`No case of ${suite.name} has "${text}" in its name.`)
  const needed = new Set(cases.map((each) => (each.kind === 'import' ? undefined : each.group)))
  return { ...suite, cases, groups: suite.groups.filter(({ name }) => needed.has(name)) }
}
