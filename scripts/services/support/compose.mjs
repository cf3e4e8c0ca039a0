import { fileURLToPath } from 'node:url'
import { findProgram, run } from './exec.mjs'

const FILE = fileURLToPath(new URL('../compose.yml', import.meta.url))
const PULL_MS = 300_000

/** Why there are no containers to be had; undefined when there are. */
export async function composeFault() {
  if (!findProgram('docker')) return 'no Docker'
  const engine = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 5_000 })
  return engine.ok ? undefined : 'no Docker engine'
}

/** Starts one service of compose.yml under a project name of its own and waits until it is healthy. */
export async function composeUp(project, service, port) {
  const env = { ...process.env, GULO_PORT: String(port) }
  const { ok, output } = await compose(project, ['up', '--detach', '--wait', service], env)
  if (!ok) throw new Error(`docker compose could not start ${service}: ${output.split('\n').at(-1)}`)
}

/** Removes the containers and volumes of a project. */
export async function composeDown(project) {
  await compose(project, ['down', '--volumes', '--remove-orphans'], { ...process.env, GULO_PORT: '20000' })
}

function compose(project, args, env) {
  return run('docker', ['compose', '--project-name', project, '--file', FILE, ...args], { timeoutMs: PULL_MS, env })
}
