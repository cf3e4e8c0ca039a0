import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, run } from '../support/exec.mjs'
import { cacheFolder } from '../support/folders.mjs'
import { fetchArtifact, fetchLibraries, hasMaven } from '../support/maven.mjs'

const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
const CONNECT = /connect-runtime<\/artifactId>\s*<version>([^<]+)/.exec(readFileSync(POM, 'utf8'))[1]
const DEBEZIUM = '3.6.1.Final'
// Each: 60 MB in all, which take seconds where they can be had.
const FETCH_MS = 90_000

/** What there is, in words. */
export const CONNECT_VERSIONS = `Debezium ${DEBEZIUM} on Kafka Connect ${CONNECT}`

/** Whether all of it is in the cache. */
export function isFetched() {
  const { libraries, plugins } = folders()
  return existsSync(libraries) && existsSync(plugins)
}

/** Why Kafka Connect with Debezium is not to be had; undefined when it is here or Maven can fetch it. */
export function connectFault() {
  if (isFetched()) return undefined
  if (!hasMaven()) return 'no Maven to fetch Kafka Connect and Debezium with'
  return findProgram('tar') ? undefined : 'no tar to unpack Debezium with'
}

/** The folders with Kafka Connect and with its plug-ins, fetched by Maven the first time. */
export async function connectLibraries() {
  const { libraries, plugins } = folders()
  await fetchLibraries(POM, libraries, { what: `Kafka Connect ${CONNECT}`, timeoutMs: FETCH_MS })
  const artifact = `io.debezium:debezium-connector-postgres:${DEBEZIUM}:tar.gz:plugin`
  await fetchArtifact(artifact, plugins, { what: `Debezium ${DEBEZIUM}`, timeoutMs: FETCH_MS, unpack })
  return { libraries, plugins }
}

async function unpack(folder) {
  for (const name of readdirSync(folder)) {
    const archive = join(folder, name)
    const { ok, output } = await run('tar', ['-xzf', archive, '-C', folder], { timeoutMs: FETCH_MS })
    if (!ok) throw new Error(`${name} could not be unpacked: ${output}`)
    rmSync(archive)
  }
}

function folders() {
  return {
    libraries: join(cacheFolder(), `connect-${CONNECT}`),
    plugins: join(cacheFolder(), `debezium-postgres-${DEBEZIUM}`),
  }
}
