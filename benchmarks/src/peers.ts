import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { LoadPeer } from './suite.js'

const FOLDER = new URL('../peers/', import.meta.url)

/** Imports a library of the peers folder, which has dependencies of its own. */
export const loadPeer: LoadPeer = async (name) => {
  const loader = (await import(new URL('load.mjs', FOLDER).href)) as { load: LoadPeer }
  return loader.load(name)
}

/** Installs the libraries Gulo is measured beside, unless they are there; answers whether they are. */
export function installPeers(): boolean {
  if (existsSync(new URL('node_modules/.package-lock.json', FOLDER))) return true
  console.error('peers: installing them in benchmarks/peers (once)')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: fileURLToPath(FOLDER),
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) console.error('peers: skipped (run npm run -s bench -- peers first)')
  return status === 0
}
