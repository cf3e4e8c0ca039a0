// tsc -b never deletes the outputs of deleted sources, and mocha would go on running deleted tests.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

const OUTPUTS = [
  ['dist', 'src'],
  ['dist-test', 'test'],
]

for (const group of ['packages', 'examples', '.']) {
  for (const name of group === '.' ? ['benchmarks', 'faults'] : existsSync(group) ? readdirSync(group) : []) {
    for (const [output, source] of OUTPUTS) prune(join(group, name, output), join(group, name, source))
  }
}

function prune(output, source) {
  if (!existsSync(output)) return
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    const match = /^(.*)\.(?:js|js\.map|d\.ts|d\.ts\.map)$/.exec(entry.name)
    // The bundle of core is made of all modules, and of none by itself.
    if (!entry.isFile() || !match || match[1] === 'bundle') continue
    const folder = join(source, relative(output, entry.parentPath))
    if (!['.ts', '.tsx', '.mts'].some((extension) => existsSync(join(folder, match[1] + extension)))) {
      rmSync(join(entry.parentPath, entry.name))
    }
  }
}
