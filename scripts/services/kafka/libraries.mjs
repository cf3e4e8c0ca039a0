import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, run } from '../support/exec.mjs'
import { cacheFolder } from '../support/folders.mjs'

const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
// Pinned, because what a plain `dependency:` means depends on the Maven at hand.
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const FETCH_MS = 300_000

/** The version of Apache Kafka that pom.xml names. */
export const KAFKA_VERSION = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(readFileSync(POM, 'utf8'))[1]

/** Why the broker's libraries are not to be had; undefined when they are here or Maven can fetch them. */
export function librariesFault() {
  return existsSync(librariesFolder()) || maven() ? undefined : 'no Maven to fetch Apache Kafka with'
}

/** The folder with the broker's libraries, fetched by Maven the first time. */
export async function kafkaLibraries() {
  const folder = librariesFolder()
  if (existsSync(folder)) return folder
  const staging = mkdtempSync(join(cacheFolder(), 'fetching-'))
  const args = ['-B', '-q', '-f', POM, COPY, '-DincludeScope=runtime', `-DoutputDirectory=${join(staging, 'libs')}`]
  const { ok, output } = await run(maven(), args, { timeoutMs: FETCH_MS })
  // Moved in one step: another run may be fetching the same, and the first one to be done wins.
  if (ok && !existsSync(folder)) renameSync(join(staging, 'libs'), folder)
  rmSync(staging, { recursive: true, force: true })
  if (!ok) throw new Error(`Maven could not fetch Apache Kafka ${KAFKA_VERSION}: ${firstFault(output)}`)
  return folder
}

function librariesFolder() {
  return join(cacheFolder(), `kafka-${KAFKA_VERSION}`)
}

function maven() {
  return findProgram('mvn', process.env.MAVEN_HOME ? [join(process.env.MAVEN_HOME, 'bin')] : [])
}

function firstFault(output) {
  const lines = output.split('\n')
  return (lines.find((line) => line.includes('[ERROR]')) ?? lines[0]).replace('[ERROR] ', '')
}
