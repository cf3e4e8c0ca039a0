import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram, run } from './support/exec.mjs'
import { cacheFolder } from './support/folders.mjs'

const NAME = '@confluentinc/kafka-javascript'
const VERSION = '1.10.1'
const HEADERS = ['openssl/ssl.h', 'curl/curl.h', 'zlib.h', 'zstd.h', 'sasl/sasl.h']
const PACKAGES = ['libssl-dev', 'libcurl4-openssl-dev', 'zlib1g-dev', 'libzstd-dev', 'libsasl2-dev']
const BUILD_MS = 300_000
const APT_MS = 120_000
/** Where sources and objects are; they are ten times what is needed to run. */
const LEFT_OVER = ['deps', 'build/Release/obj.target', 'build/Release/.deps']

/**
 * The second Kafka client. It is no server but a library with a binary part, too slow to build for everyone who
 * installs this repository; its address is the folder of the module.
 */
export const confluent = {
  name: 'confluent',
  library: true,
  places: (address) => [address],
  /** Finds the module, or builds it into the cache. Rejects with the reason. */
  async provide({ mayBuild = true, mayInstall = false } = {}) {
    if (existsSync(folder())) return { how: 'used', address: folder(), detail: `${NAME} ${VERSION}` }
    const fault = mayBuild ? await missing(mayInstall) : await this.missing()
    if (fault) throw new Error(fault)
    console.log(`confluent: building ${NAME} ${VERSION}, about two minutes`)
    await build()
    return { how: 'used', address: folder(), detail: `${NAME} ${VERSION}, built just now` }
  },
  /** Why it is not here; undefined when it is. Nothing is built. */
  missing: async () => (existsSync(folder()) ? undefined : 'not built; npm run services -- confluent tries to'),
}

/** The folder of the module; Node's own version is part of the name, because the binary part depends on it. */
function folder() {
  return join(cacheFolder(), `confluent-${VERSION}-node${process.versions.modules}`, 'node_modules', NAME)
}

/** Why it cannot be built, after installing what may be installed. */
async function missing(mayInstall) {
  for (const program of ['npm', 'make', 'c++', 'python3']) {
    if (!findProgram(program)) return `no ${program} to build ${NAME} with`
  }
  if (await hasHeaders()) return undefined
  const reason = `no headers to build ${NAME} with (apt-get install ${PACKAGES.join(' ')})`
  if (!mayInstall || process.getuid?.() !== 0 || !findProgram('apt-get')) return reason
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { timeoutMs: APT_MS, env }
  await run('apt-get', ['-qq', 'update'], options)
  await run('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', ...PACKAGES], options)
  return (await hasHeaders()) ? undefined : reason
}

async function hasHeaders() {
  const includes = HEADERS.flatMap((header) => ['-include', header])
  const { ok } = await run('c++', ['-fsyntax-only', '-x', 'c++', ...includes, '/dev/null'])
  return ok
}

async function build() {
  const staging = mkdtempSync(join(cacheFolder(), 'building-'))
  try {
    writeFileSync(join(staging, 'package.json'), '{ "private": true }')
    const args = ['install', '--no-audit', '--no-fund', '--foreground-scripts', `${NAME}@${VERSION}`]
    const { ok, output } = await run('npm', args, { cwd: staging, timeoutMs: BUILD_MS, env: environment() })
    if (!ok) throw new Error(`${NAME} could not be built within ${BUILD_MS / 1000} s: ${lastLine(output)}`)
    const module = join(staging, 'node_modules', NAME)
    // what lies in build/deps are links into the sources
    cpSync(join(module, 'build/deps'), join(module, 'build/libraries'), { recursive: true, dereference: true })
    for (const each of [...LEFT_OVER, 'build/deps']) rmSync(join(module, each), { recursive: true, force: true })
    renameSync(join(module, 'build/libraries'), join(module, 'build/deps'))
    const target = join(folder(), '../../..')
    // Moved in one step: another run may be building the same, and the first one to be done wins.
    if (!existsSync(target)) renameSync(staging, target)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** Against the libraries of the machine: the other way downloads their sources. */
function environment() {
  const prefix = dirname(dirname(process.execPath))
  const headers = existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {}
  return { ...process.env, CKJS_LINKING: 'dynamic', ...headers }
}

function lastLine(output) {
  const lines = output.trim().split('\n')
  return lines.filter((line) => /\berror\b|ERR!/.test(line)).at(-1) ?? lines.at(-1)
}
