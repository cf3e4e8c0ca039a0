// Compares what each package exports with the report in packages/*/etc, so that no change of the public API goes
// unseen. `--update` accepts the changes; names of packages limit the check to them.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { report } from './support/report.mjs'
import { workspaces } from './support/sources.mjs'

const update = process.argv.includes('--update')
const named = process.argv.slice(2).filter((word) => !word.startsWith('-'))

const packages = workspaces()
  .filter((folder) => existsSync(join(folder, 'api-extractor.json')))
  .filter((folder) => named.length === 0 || named.includes(basename(folder)))
const faults = packages.flatMap((folder) => configsOf(folder).flatMap((name) => checkOrSay(folder, name)))
report('check-api', faults, `${packages.length} packages${update ? ', reports written' : ''}`)

/** `api-extractor.json` for the index, `api-extractor.<subpath>.json` for another entry of the package. */
function configsOf(folder) {
  return readdirSync(folder).filter((name) => /^api-extractor(\.\w+)?\.json$/.test(name))
}

function checkOrSay(folder, name) {
  try {
    return check(folder, name)
  } catch (error) {
    return [`${folder}: the reporter gave up: ${error.message} Does the package compile?`]
  }
}

function check(folder, name) {
  if (!existsSync(join(folder, 'dist/index.d.ts')))
    return [`${folder} has no dist/index.d.ts. Run npm run build first.`]
  mkdirSync(join(folder, 'etc'), { recursive: true })
  const config = ExtractorConfig.loadFileAndPrepare(join(folder, name))
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
