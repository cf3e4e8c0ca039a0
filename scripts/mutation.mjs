// Mutation tests of one folder of the core: how many small changes of its code its tests notice. Slow, so not in check.
//   npm run mutation -- --folder handling [--file chain.ts] [--tests 'handling/chain*']
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const SETTINGS = 'stryker.config.json'

const { values } = parseArgs({
  options: { folder: { type: 'string' }, file: { type: 'string' }, tests: { type: 'string' } },
})
const { folder = '', file = '**/*.ts', tests = `${folder}/**/*` } = values
if (folder === '' || !existsSync(`packages/core/src/${folder}`)) {
  console.log(`mutation: --folder is ${folder || 'missing'}. Name a folder of packages/core/src, such as handling.`)
  process.exit(2)
}

// The runner has no option for the command of its tests: it goes into a settings file of this run.
const settings = {
  ...JSON.parse(readFileSync(SETTINGS, 'utf8')),
  tempDirName: `.stryker-tmp/${process.pid}`,
  // The memory drivers are tested by the suites of packages/testing, which do not run here.
  mutate: [`packages/core/src/${folder}/${file}`, '!packages/core/src/**/memory-*.ts'],
  commandRunner: {
    command: `node_modules/.bin/mocha --no-config --bail --reporter dot 'packages/core/dist-test/${tests}.test.js'`,
  },
}
mkdirSync('.stryker-tmp', { recursive: true })
const path = `.stryker-tmp/${process.pid}.json`
writeFileSync(path, JSON.stringify(settings))
try {
  const { status } = spawnSync('node_modules/.bin/stryker', ['run', path], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  rmSync(path)
  rmSync(settings.tempDirName, { recursive: true, force: true })
}
