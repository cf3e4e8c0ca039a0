// Keeps the arrows of the architecture: which package, which folder and which file may import which.
import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'
import { report, reportSelfTest } from './support/report.mjs'
import { findRings } from './support/rings.mjs'
import { importsOf, parse, sourceFiles, workspaces } from './support/sources.mjs'

/** The packages each package may import, beside itself. Examples and benchmarks may import all of them. */
const PACKAGES = {
  core: [],
  inversify: ['core'],
  validation: ['core'],
  cron: ['core'],
  kafka: ['core'],
  rabbitmq: ['core'],
  sagas: ['core'],
  'event-sourcing': ['core'],
  postgres: ['core', 'sagas', 'event-sourcing'],
  contracts: ['core'],
  telemetry: ['core'],
  privacy: ['core'],
  testing: ['core', 'sagas', 'event-sourcing'],
  ops: ['core', 'contracts'],
}

/**
 * The parts of packages/core/src: each imports only from itself and from those before it. A file named here is a part
 * of its own: codecs read what a transport receives, and the memory transport encodes by a codec.
 */
const CORE_ORDER = [
  'errors.ts',
  'faults',
  'faults.ts',
  'runtime',
  'message',
  'transport/transport.ts',
  'transport-ports.ts',
  'codec',
  'handling',
  'mapping',
  'transport',
  'publishing',
  'consuming',
  'consuming-ports.ts',
  'scheduling',
  'memory-store.ts',
  'service',
  'index.ts',
]

/** Client libraries, and the one package whose sources may import them. */
const CLIENTS = {
  kafkajs: 'kafka',
  '@confluentinc/kafka-javascript': 'kafka',
  amqplib: 'rabbitmq',
  pg: 'postgres',
  'drizzle-orm': 'postgres',
  inversify: 'inversify',
  'reflect-metadata': 'inversify',
  'class-validator': 'validation',
  'class-transformer': 'validation',
  croner: 'cron',
  '@opentelemetry/api': 'telemetry',
}

/** Everything wrong with `files`, a map of path to syntax tree; `manifests` maps a workspace folder to its package.json. */
export function arrowFaults(files, manifests) {
  const imports = [...files.values()].flatMap((source) =>
    importsOf(source).map((found) => describeImport(source.fileName, found, manifests)),
  )
  return [...imports.flatMap((found) => faultsOf(found, manifests)), ...ringFaults(imports, files)]
}

/** One import with the places of both ends: `{ from, name, place, to, target }`. */
function describeImport(path, { name, place }, manifests) {
  const from = locate(path, manifests)
  const local = name.startsWith('.') || name.startsWith('/')
  const to = local ? normalize(join(dirname(path), name)).replace(/\.(m?)js$/, '.$1ts') : undefined
  return { from, name, place, to, target: to === undefined ? undefined : locate(to, manifests) }
}

/** The workspace a path lies in, whether that is a package, and the path inside it. */
function locate(path, manifests) {
  const folder = [...manifests.keys()].find((candidate) => path.startsWith(`${candidate}/`))
  const inside = folder === undefined ? path : relative(folder, path)
  const library = folder?.startsWith('packages/') ? folder.slice('packages/'.length) : undefined
  return { path, folder, library, inside, shipped: library !== undefined && inside.startsWith('src/') }
}

function faultsOf(found, manifests) {
  return (found.target ? localFaults(found) : moduleFaults(found, manifests)).map((text) => `${found.place} ${text}`)
}

function localFaults({ from, name, target }) {
  if (target.folder !== from.folder) {
    return [`imports ${name}, a file of ${target.folder ?? 'no workspace'}. Import the package by its name.`]
  }
  if (from.shipped && !target.shipped) return [`imports ${name}, which is not shipped. Move it below src.`]
  return from.library === 'core' && from.shipped ? coreFaults(from, target) : []
}

function coreFaults(from, target) {
  const [own, other] = [partOf(from), partOf(target)].map((part) => part.replace('packages/core/src/', ''))
  const [ownAt, otherAt] = [own, other].map((entry) => CORE_ORDER.indexOf(entry))
  if (ownAt < 0) return [`lies in ${own}, which has no place in the order. Give it one in CORE_ORDER of this check.`]
  if (own === other || (otherAt >= 0 && otherAt < ownAt)) return []
  return [`imports from ${other}, but ${own} comes before it. Move what both need to ${own} or to a folder above.`]
}

function moduleFaults({ from, name }, manifests) {
  const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name.split('/')[0]]
  const module = scope === undefined ? bare : `${scope}/${bare}`
  const owner = [...manifests].find(([, manifest]) => manifest.name === module)
  if (owner) return ownFaults(from, name, owner)
  if (scope === '@gulo') return [`imports ${name}, which is no workspace. Correct the name.`]
  return from.shipped ? foreignFaults(from, module) : []
}

/** Faults of importing one of our own packages by name. */
function ownFaults(from, name, [folder, manifest]) {
  const subpath = `.${name.slice(manifest.name.length)}`
  const faults = []
  if (!folder.startsWith('packages/') && from.library !== undefined) {
    faults.push(`imports ${name}, but nothing shipped depends on examples or benchmarks. Turn the arrow round.`)
  }
  if (!(subpath in (manifest.exports ?? { '.': '' }))) {
    faults.push(`imports ${name}, past the exports of ${manifest.name}. Import ${manifest.name}, or state the subpath.`)
  }
  const library = folder.startsWith('packages/') ? folder.slice('packages/'.length) : undefined
  if (from.shipped && library === from.library) faults.push(`imports its own package ${name}. Import the file.`)
  else if (from.shipped && library !== undefined && !PACKAGES[from.library]?.includes(library)) {
    const allowed = PACKAGES[from.library]?.join(', ') || 'no other package'
    faults.push(`imports ${name}, but ${from.library} may import ${allowed}. Put a port in core, and wire it outside.`)
  }
  return faults
}

function foreignFaults(from, module) {
  if (module.startsWith('node:')) return []
  if (builtinModules.includes(module)) return [`imports ${module} without its prefix. Write node:${module}.`]
  if (from.library === 'core')
    return [`imports ${module}, but core depends on nothing. Move it to a package of its own.`]
  const owner = CLIENTS[module]
  if (owner === undefined || owner === from.library) return []
  return [`imports ${module}, which only ${owner} may. Use a structural type, or a port of core.`]
}

/** Rings between the files of a workspace, and between the folders of its sources. */
function ringFaults(imports, files) {
  const local = imports.filter(({ from, target }) => target !== undefined && from.folder === target.folder)
  const fileRings = findRings(local.filter(({ to }) => files.has(to)).map(({ from, to }) => [from.path, to]))
  const between = local.filter(({ from, target }) => from.shipped && partOf(from) !== partOf(target))
  const folderRings = findRings(between.map(({ from, target }) => [partOf(from), partOf(target)]))
  return [
    ...fileRings.map(
      (ring) => `${ring[0]} is in a ring of files: ${say(ring)}. Take what they share out into its own file.`,
    ),
    ...folderRings.map(
      (ring) => `${ring[0]} is in a ring of folders: ${say(ring)}. Let one import the other, not both.`,
    ),
  ]
}

/** The file or folder directly below `src` that a path lies in, or the file itself where the order names it. */
function partOf({ path, library, inside }) {
  if (library === 'core' && CORE_ORDER.includes(inside.replace('src/', ''))) return path
  return path.split('/').slice(0, 4).join('/')
}

function say(ring) {
  return [...ring, ring[0]].join(' → ')
}

function check() {
  const manifests = new Map(workspaces().map((folder) => [folder, readManifest(folder)]))
  const unplaced = [...manifests.keys()]
    .filter((folder) => folder.startsWith('packages/') && !(folder.slice('packages/'.length) in PACKAGES))
    .map((folder) => `${folder} has no place among the packages. Give it one in PACKAGES of this check.`)
  const paths = [...manifests.keys()].flatMap((folder) => sourceFiles(folder))
  const files = new Map(paths.map((path) => [path, parse(path)]))
  report('check-arrows', [...unplaced, ...arrowFaults(files, manifests)], `${files.size} files`)
}

function readManifest(folder) {
  const path = join(folder, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}

if (process.argv.includes('--self-test')) {
  const { CASES, MANIFESTS } = await import('./support/arrow-cases.mjs')
  const run = ({ name, files, expected }) => {
    const trees = new Map(Object.entries(files).map(([path, text]) => [path, parse(path, text)]))
    return { name, found: arrowFaults(trees, MANIFESTS), expected }
  }
  reportSelfTest('check-arrows', CASES.map(run))
} else check()
