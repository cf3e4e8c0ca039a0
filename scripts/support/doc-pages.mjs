import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { workspaces } from './sources.mjs'

/** The pages people read: those at the root, those below docs, the README of every workspace. */
export function pages() {
  const readmes = workspaces().map((folder) => join(folder, 'README.md'))
  return ['README.md', 'CONTRIBUTING.md', ...below('docs'), ...readmes].filter((path) => existsSync(path))
}

function below(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return below(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}
