import { join } from 'node:path'
import { findProgram, run } from '../support/exec.mjs'

const LOWEST = 17

/** `{ java, version }` of the Java that JAVA_HOME or PATH names, or `{ fault }` when a broker cannot run on it. */
export async function findJava() {
  const home = process.env.JAVA_HOME
  const java = findProgram('java', home ? [join(home, 'bin')] : [])
  if (!java) return { fault: `no Java ≥ ${LOWEST}` }
  const { output } = await run(java, ['-version'])
  const version = Number(/version "(\d+)/.exec(output)?.[1] ?? 0)
  return version >= LOWEST ? { java, version } : { fault: `no Java ≥ ${LOWEST}, only ${version || 'a broken one'}` }
}
