import { readFile } from 'node:fs/promises'

/** Imports a library from this folder, with the version that is installed. */
export async function load(name) {
  const manifest = new URL(`./node_modules/${name}/package.json`, import.meta.url)
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  return { version, exports: await import(name) }
}
