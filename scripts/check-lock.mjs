// Refuses lock files that npm ci would refuse on another machine. A registry may lack a build of a native tool for some
// platform; npm then leaves it out of the lock without a word, and every later npm ci fails. Addresses of a registry
// would tie everybody to the one the lock was written with.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { report, reportSelfTest } from './support/report.mjs'

const SPECIFIED = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/** What is wrong with one lock file; `readPackage` gives the package.json of a workspace by its path in the lock. */
export function lockFaults(path, { packages = {} }, readPackage) {
  return Object.entries(packages).flatMap(([place, entry]) => [
    ...missingPlatforms(packages, place, entry).map(
      (name) => `${path}: ${place} names ${name}, which has no entry. Pin a version whose builds are all published.`,
    ),
    ...(/^[a-z+]+:\/\//.test(entry.resolved ?? '')
      ? [`${path}: ${place} is resolved to an address. Install with omit-lockfile-registry-resolved=true.`]
      : []),
    ...(place.includes('node_modules') ? [] : staleSpecifications(path, place, entry, readPackage(place))),
  ])
}

/** Names of optional dependencies that resolve to no entry, looked up as Node looks up folders. */
function missingPlatforms(packages, place, { optionalDependencies = {} }) {
  return Object.keys(optionalDependencies).filter((name) => {
    const steps = place.split('/node_modules/')
    const above = steps.map((_, index) => steps.slice(0, steps.length - index).join('/node_modules/'))
    return ![...above.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`].some(
      (candidate) => candidate in packages,
    )
  })
}

function staleSpecifications(path, place, entry, found) {
  return SPECIFIED.filter((field) => !sameEntries(entry[field], found?.[field])).map(
    (field) => `${path}: ${field} of ${place || 'the root'} differ from its package.json. Run npm install.`,
  )
}

function sameEntries(one = {}, other = {}) {
  const sorted = (entries) => JSON.stringify(Object.entries(entries).sort())
  return sorted(one) === sorted(other)
}

/** Lines of tracked files that name the host of the registry in use. */
function registryFaults() {
  const address = process.env.npm_config_registry ?? text('npm', ['config', 'get', 'registry'])
  const { host } = new URL(address)
  const found = text('git', ['grep', '--untracked', '-lIF', host]).split('\n').filter(Boolean)
  return found.map((path) => `${path}: names the registry of this machine. Leave the choice of registry to the user.`)
}

function text(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return '' // git grep says by its exit code that nothing was found
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function check() {
  const locks = text('git', ['ls-files', 'package-lock.json', '**/package-lock.json']).split('\n').filter(Boolean)
  const faults = locks.flatMap((path) =>
    lockFaults(path, readJson(path), (place) => readJson(join(dirname(path), place, 'package.json'))),
  )
  report('check-lock', [...faults, ...registryFaults()], `${locks.length} lock files`)
}

function selfTest() {
  const native = { optionalDependencies: { 'tool-linux': '1.0.0', 'tool-darwin': '1.0.0' } }
  const cases = [
    ['a platform without an entry', { 'node_modules/tool': native, 'node_modules/tool-linux': {} }, ['tool-darwin']],
    [
      'platforms beside their tool and below it',
      { 'node_modules/a': native, 'node_modules/a/node_modules/tool-linux': {}, 'node_modules/tool-darwin': {} },
      [],
    ],
    ['an address', { 'node_modules/a': { resolved: 'https://host.invalid/a.tgz' } }, ['resolved to an address']],
    ['a link to a workspace', { 'node_modules/a': { resolved: 'packages/a', link: true } }, []],
    ['a package.json that went on', { 'packages/a': { dependencies: { b: '1.0.0' } } }, ['dependencies of packages/a']],
  ]
  const found = cases.map(([name, packages, expected]) => ({
    name,
    found: lockFaults('lock', { packages }, () => ({})),
    expected,
  }))
  reportSelfTest('check-lock', found)
}

if (process.argv.includes('--self-test')) selfTest()
else check()
