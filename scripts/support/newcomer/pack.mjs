import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Packs packages as they would be published; answers the file of each by the name of its folder. */
export async function packAll(names, target) {
  const tarballs = new Map()
  for (const name of names) {
    const folder = join('packages', name)
    if (!existsSync(join(folder, 'dist/index.js'))) throw new Error(`${folder} is not built. Run npm run build first.`)
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', target], { cwd: folder })
    const [{ filename, unpackedSize, entryCount }] = JSON.parse(stdout)
    tarballs.set(name, join(target, filename))
    console.log(`packed ${filename}: ${entryCount} files, ${Math.round(unpackedSize / 1024)} KiB`)
  }
  return tarballs
}
