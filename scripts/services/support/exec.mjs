import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Runs a program to its end: `{ ok, output }`, output being both streams; it never throws. Milliseconds. */
export function run(command, args, { timeoutMs = 30_000, ...options } = {}) {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: timeoutMs, maxBuffer: 16_000_000, ...options }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim()
      resolve({ ok: !error, output: error && !said ? error.message : said })
    })
  })
}

/** The full path of a program, searched in `folders` first and then on PATH. */
export function findProgram(name, folders = []) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name]
  const places = [...folders, ...(process.env.PATH ?? '').split(delimiter)].filter(Boolean)
  return places.flatMap((place) => names.map((each) => join(place, each))).find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
