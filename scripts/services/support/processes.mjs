import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { composeDown } from './compose.mjs'
import { forget, isAlive, records, remember } from './records.mjs'

const STOP_MS = 20_000

/**
 * Starts a server in a process group of its own; its output goes to a file in `folder`.
 * It is written down, watched by the keeper and, once stopped, gone with its folder.
 */
export function startProcess({ name, command, args, folder, signal = 'SIGTERM', ...options }) {
  keepWatch()
  const log = join(folder, `${name}.log`)
  const output = openSync(log, 'a')
  const child = spawn(command, args, { cwd: folder, ...options, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  child.unref()
  let exit
  child.once('error', (error) => (exit = error.message))
  child.once('exit', (code, by) => (exit ??= `it ended with ${code ?? by}`))
  const record = child.pid && remember({ name, pid: child.pid, signal, folder })
  return {
    pid: child.pid,
    /** Why it runs no longer, with the end of what it said; undefined while it runs. */
    failure: () => exit && `${name} does not run: ${exit}. ${lastLines(log)}`,
    /** Stops it; `keep` leaves its folder for a restart. */
    stop: ({ keep = false, by = signal } = {}) => record && end({ ...record, signal: by }, keep),
  }
}

/** Stops what runs because of processes that are gone, or because of `owner`, which is about to go. */
export async function sweep(owner) {
  const orphans = records().filter((each) => each.owner === owner || !isAlive(each.owner, each.ownerBorn))
  await Promise.all(orphans.map((each) => end(each)))
  return orphans.filter((each) => each.pid || each.project)
}

/** Stops what a record names and removes what it left; `keep` leaves the folder. */
export async function end(record, keep = false) {
  if (record.project) await composeDown(record.project)
  if (record.pid) await endProcess(record)
  if (keep) return void remember({ name: record.name, folder: record.folder })
  if (record.folder) rmSync(record.folder, { recursive: true, force: true, maxRetries: 5 })
  forget(record)
}

async function endProcess({ pid, born, signal }) {
  if (!isAlive(pid, born)) return
  send(pid, signal)
  for (const last = Date.now() + STOP_MS; isAlive(pid, born) && Date.now() < last; ) await sleep(50)
  // The whole group: what the server itself started goes with it.
  send(-pid, 'SIGKILL')
  while (isAlive(pid, born)) await sleep(50)
}

function send(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function lastLines(file) {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n')
}

let keeper

/** The process that stops our servers when this one dies; undefined before the first server. */
export const keeperPid = () => keeper?.pid

// The keeper's standard input ends with this process, however that ends, and then it stops what is left.
function keepWatch() {
  if (keeper) return
  const program = fileURLToPath(new URL('keeper.mjs', import.meta.url))
  const stdio = ['pipe', 'ignore', 'ignore']
  keeper = spawn(process.execPath, [program, String(process.pid)], { detached: true, stdio })
  keeper.on('error', () => undefined)
  keeper.unref()
  keeper.stdin.unref()
}
