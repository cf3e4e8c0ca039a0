import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../support/folders.mjs'
import { fetchLibraries, hasMaven } from '../support/maven.mjs'

const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
const FETCH_MS = 300_000

/** The version of Apache Kafka that pom.xml names. */
export const KAFKA_VERSION = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(readFileSync(POM, 'utf8'))[1]

/** Why the broker's libraries are not to be had; undefined when they are here or Maven can fetch them. */
export function librariesFault() {
  return existsSync(librariesFolder()) || hasMaven() ? undefined : 'no Maven to fetch Apache Kafka with'
}

/** The folder with the broker's libraries, fetched by Maven the first time. */
export async function kafkaLibraries() {
  const folder = librariesFolder()
  await fetchLibraries(POM, folder, { what: `Apache Kafka ${KAFKA_VERSION}`, timeoutMs: FETCH_MS })
  return folder
}

function librariesFolder() {
  return join(cacheFolder(), `kafka-${KAFKA_VERSION}`)
}
