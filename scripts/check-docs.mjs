// Keeps the pages true: every block of TypeScript or JavaScript is a piece of a compiled source, named by a comment above
// it, and every relative link leads somewhere.
//   <!-- source: examples/docs/src/mapping.ts#register -->   the lines between `// #region register` and `// #endregion`
//   <!-- source: examples/docs/src/readme.ts -->             the whole file
//   <!-- no source: reason -->                               for what cannot be compiled
// `--update` writes the pieces into the pages.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { faultsOfLinks } from './support/doc-links.mjs'
import { pages } from './support/doc-pages.mjs'
import { checkPage } from './support/doc-sources.mjs'
import { CASES, FILES } from './support/docs-cases.mjs'
import { report, reportSelfTest } from './support/report.mjs'

if (process.argv.includes('--self-test')) selfTest()
else check()

function check() {
  const update = process.argv.includes('--update')
  const faults = []
  let blocks = 0
  for (const path of pages()) {
    const text = readFileSync(path, 'utf8')
    const page = checkPage(path, text, readIfThere)
    if (update && page.text !== text) writeFileSync(path, page.text)
    faults.push(...(update ? page.missing : page.faults), ...faultsOfLinks(path, page.text, existsSync, readIfThere))
    blocks += page.blocks
  }
  report('check-docs', faults, `${pages().length} pages, ${blocks} blocks of code`)
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function selfTest() {
  const read = (path) => FILES[path]
  const there = (path) => path in FILES
  const run = ({ page }) => [
    ...checkPage('docs/a.md', page, read).faults,
    ...faultsOfLinks('docs/a.md', page, there, read),
  ]
  reportSelfTest(
    'check-docs',
    CASES.map((test) => ({ ...test, found: run(test) })),
  )
}
