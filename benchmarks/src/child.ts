import { bytesPerOperation } from './bytes.js'
import { interleave, processMeter } from './interleave.js'
import { loadPeer } from './peers.js'
import { ChildScope } from './scope.js'
import type { Group, PeerVariant, Variant } from './suite.js'
import { type Answer, CONTROL, type Task } from './task.js'

const NOTHING: Answer = { samples: {}, skipped: {}, bytes: {}, figures: {}, importMs: 0, peers: [] }

async function answer(task: Task): Promise<Answer> {
  if (task.kind === 'import') return { ...NOTHING, importMs: await importCost(task.module) }
  const group = await findGroup(task)
  const scope = new ChildScope(task.service, task.quick)
  // Told by the terminal, or left behind by a command that was killed: what was made at the service goes all the same.
  for (const end of ['SIGINT', 'SIGTERM', 'disconnect'])
    process.once(end, () => void scope.close().finally(() => process.exit(1)))
  try {
    const variants = await group.prepare(scope)
    if (task.kind === 'bytes') return { ...NOTHING, bytes: await countBytes(variants) }
    return { ...(await timeAll(task, group, variants, scope)), skipped: scope.skipped }
  } finally {
    await scope.close()
  }
}

async function timeAll(task: Task, group: Group, variants: readonly Variant[], scope: ChildScope): Promise<Answer> {
  const peers: readonly PeerVariant[] = task.peers && group.peers ? await group.peers(loadPeer) : []
  const control: Variant = { ...(variants[0] as Variant), name: CONTROL }
  const meter = { ...processMeter, cpu: () => processMeter.cpu() + scope.cpuElsewhere() }
  const samples = await interleave([...variants, control, ...peers], { ...task, meter })
  const counted = variants.flatMap(({ name, figures }) => (figures === undefined ? [] : [[name, figures()]]))
  return {
    ...NOTHING,
    samples: Object.fromEntries(samples),
    figures: Object.fromEntries(counted),
    peers: peers.map((each) => ({ name: each.peer, version: each.version, case: each.case, variant: each.name })),
  }
}

async function countBytes(variants: readonly Variant[]): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {}
  for (const variant of variants) bytes[variant.name] = await bytesPerOperation(variant)
  return bytes
}

async function importCost(module: string): Promise<number> {
  const before = process.cpuUsage()
  await import(module)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

async function findGroup(task: Task): Promise<Group> {
  // Only now: the cost of an import is measured in a process that has loaded nothing.
  const { suites } = await import('./suites.js')
  const group = suites.find(({ name }) => name === task.suite)?.groups.find(({ name }) => name === task.group)
  if (group === undefined) throw new Error(`The suite ${task.suite} has no group ${task.group}.`)
  return group
}

process.once('message', (task: Task) => {
  answer(task).then(
    // Peers leave timers behind: the process ends when its answer has been handed over, not when it is idle.
    (found) => process.send?.(found, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
