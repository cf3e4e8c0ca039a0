// Puts the modules of core's dist into one file beside them: a hundred small modules cost three times the import of one.
// The types and the modules themselves stay as tsc wrote them. Does nothing when the bundle is newer than its parts.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'

const FOLDER = resolve(fileURLToPath(import.meta.url), '../../packages/core/dist')
const BUNDLE = join(FOLDER, 'bundle.js')

/** Writes the bundle of core, if it is older than what it is made of. */
export async function bundleCore() {
  if (!isStale()) return
  const bundle = await rollup({
    input: join(FOLDER, 'index.js'),
    external: (id) => id.startsWith('node:'),
    plugins: [{ name: 'source-maps', load }],
  })
  await bundle.write({ file: BUNDLE, format: 'es', sourcemap: true, generatedCode: 'es2015' })
  await bundle.close()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCore()

function isStale() {
  if (!existsSync(join(FOLDER, 'index.js'))) return false
  if (!existsSync(BUNDLE)) return true
  const bundled = statSync(BUNDLE).mtimeMs
  return readdirSync(FOLDER, { recursive: true }).some(
    (name) => name.endsWith('.js') && statSync(join(FOLDER, name)).mtimeMs > bundled,
  )
}

/** Hands on the source maps of tsc, so that stacks and coverage speak of the TypeScript. */
function load(id) {
  const map = `${id}.map`
  return { code: readFileSync(id, 'utf8'), map: existsSync(map) ? JSON.parse(readFileSync(map, 'utf8')) : null }
}
