import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { cacheFolder } from './folders.mjs'

/**
 * Writes down that something runs because of this process, so that a later run can clean up if this one is killed.
 * `entry` is `{ name, pid, signal, folder }` for a process, `{ name, project }` for containers, `{ services }` for a
 * session. A folder without a process is one that waits for its server to be started again.
 */
export function remember(entry) {
  const record = { owner: process.pid, ownerBorn: born(process.pid), ...entry }
  if (entry.pid) record.born = born(entry.pid)
  // By its folder: a server that is started again in the same one takes its old place.
  const key = entry.folder ? `${basename(entry.folder)}-${entry.name}` : (entry.project ?? 'session')
  const file = join(cacheFolder('run'), `${process.pid}-${key}.json`)
  writeFileSync(file, JSON.stringify(record))
  return { ...record, file }
}

/** A new folder for the data of the server `name`; it goes when that server is stopped. */
export function dataFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `gulo-${name}-`))
  remember({ name, folder })
  return folder
}

/** Takes a record back. */
export function forget(record) {
  rmSync(record.file, { force: true })
}

/** Everything written down and not taken back, by whichever process. */
export function records() {
  const folder = cacheFolder('run')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => read(join(folder, name)))
}

/** True while the process with this number is the one that was written down: numbers are used again. */
export function isAlive(pid, bornAt) {
  const now = born(pid)
  return now !== undefined && now === bornAt
}

/** When a process was started, in the system's own unit; undefined when there is none, or only its remains. */
export function born(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : fields[18]
  } catch {
    return process.platform === 'linux' ? undefined : bornByPs(pid)
  }
}

function bornByPs(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

function read(file) {
  try {
    return [{ ...JSON.parse(readFileSync(file, 'utf8')), file }]
  } catch {
    return []
  }
}
