import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, run } from './exec.mjs'
import { cacheFolder } from './folders.mjs'

// Pinned, because what a plain `dependency:` means depends on the Maven at hand.
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/** Whether there is a Maven to fetch anything with. */
export const hasMaven = () => maven() !== undefined

/** Puts what `pom` depends on into `folder`, unless that is there already; `what` names it in the error. */
export async function fetchLibraries(pom, folder, { what, timeoutMs }) {
  const args = (target) => [
    '-f',
    pom,
    `${PLUGIN}:copy-dependencies`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${target}`,
  ]
  await fetchOnce(folder, { what, timeoutMs, args })
}

/** Puts one artifact into `folder`, unless that is there already; `unpack` gets the folder it was fetched into. */
export async function fetchArtifact(artifact, folder, { what, timeoutMs, unpack }) {
  const args = (target) => [`${PLUGIN}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`]
  await fetchOnce(folder, { what, timeoutMs, args, unpack })
}

async function fetchOnce(folder, { what, timeoutMs, args, unpack = async () => undefined }) {
  if (existsSync(folder)) return
  const staging = mkdtempSync(join(cacheFolder(), 'fetching-'))
  try {
    const target = join(staging, 'content')
    // In the staging folder: without a pom of its own Maven would read one it finds where it is started.
    const { ok, output } = await run(maven(), ['-B', '-q', ...args(target)], { cwd: staging, timeoutMs })
    if (!ok) throw new Error(`Maven could not fetch ${what} within ${timeoutMs / 1000} s: ${firstFault(output)}`)
    await unpack(target)
    // Moved in one step: another run may be fetching the same, and the first one to be done wins.
    if (!existsSync(folder)) renameSync(target, folder)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

function maven() {
  return findProgram('mvn', process.env.MAVEN_HOME ? [join(process.env.MAVEN_HOME, 'bin')] : [])
}

function firstFault(output) {
  const lines = output.split('\n')
  return (lines.find((line) => line.includes('[ERROR]')) ?? lines[0]).replace('[ERROR] ', '')
}
