import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A folder for what may be fetched again, outside the source tree: `GULO_CACHE`, else the user's cache folder. */
export function cacheFolder(...path) {
  const folder = join(
    process.env.GULO_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gulo'),
    ...path,
  )
  mkdirSync(folder, { recursive: true })
  return folder
}
