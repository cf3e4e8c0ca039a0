// Compares what each package exports with the report in packages/*/etc, so that no change of the public API goes
// unseen. `--update` accepts the changes; names of packages limit the check to them.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { report } from './support/report.mjs'
import { workspaces } from './support/sources.mjs'

const update = process.argv.includes('--update')
const named = process.argv.slice(2).filter((word) => !word.startsWith('-'))

const packages = workspaces()
  .filter((folder) => existsSync(join(folder, 'api-extractor.json')))
  .filter((folder) => named.length === 0 || named.includes(basename(folder)))
const faults = packages.flatMap((folder) => configsOf(folder).flatMap((prepare) => checkOrSay(folder, prepare)))
report('check-api', faults, `${packages.length} packages${update ? ', reports written' : ''}`)

/**
 * `api-extractor.json` for the index, and `api-extractor.<subpath>.json` for another entry of the package; an entry
 * without one is looked at as the index is, but for the types that it shares with it.
 */
function configsOf(folder) {
  const written = readdirSync(folder).filter((name) => /^api-extractor(\.\w+)?\.json$/.test(name))
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const others = Object.entries(exports)
    .filter(([subpath]) => /^\.\/[\w-]+$/.test(subpath))
    .map(([subpath, { types }]) => ({ name: subpath.slice(2), types }))
    .filter(({ name }) => !written.includes(`api-extractor.${name}.json`))
  return [...written.map((name) => () => load(folder, name)), ...others.map((entry) => () => loadFor(folder, entry))]
}

function load(folder, name) {
  return ExtractorConfig.loadFileAndPrepare(join(folder, name))
}

function loadFor(folder, { name, types }) {
  const configObjectFullPath = resolve(folder, 'api-extractor.json')
  const configObject = ExtractorConfig.loadFile(configObjectFullPath)
  configObject.mainEntryPointFilePath = resolve(folder, types)
  configObject.apiReport.reportFileName = `${basename(folder)}.${name}.api.md`
  configObject.messages.extractorMessageReporting['ae-forgotten-export'] = { logLevel: 'none' }
  return ExtractorConfig.prepare({
    configObject,
    configObjectFullPath,
    packageJsonFullPath: resolve(folder, 'package.json'),
  })
}

function checkOrSay(folder, prepare) {
  try {
    return check(folder, prepare)
  } catch (error) {
    return [`${folder}: the reporter gave up: ${error.message} Does the package compile?`]
  }
}

function check(folder, prepare) {
  if (!existsSync(join(folder, 'dist/index.d.ts')))
    return [`${folder} has no dist/index.d.ts. Run npm run build first.`]
  mkdirSync(join(folder, 'etc'), { recursive: true })
  const config = prepare()
  const messages = []
  const result = Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => collect(message, messages),
  })
  if (!result.apiReportChanged || update) return messages
  return [...messages, `${folder}: the API is not the one in etc. Look at the change, then npm run api:update.`]
}

/** Keeps errors as lines of our own; the progress and the hints of the tool are left out. */
function collect(message, messages) {
  message.handled = true
  if (message.logLevel !== 'error' || message.category === 'console') return
  const place = message.sourceFilePath ? `${message.sourceFilePath}:${message.sourceFileLine} ` : ''
  messages.push(`${place.replace(`${process.cwd()}/`, '')}${message.messageId}: ${message.text}`)
}
