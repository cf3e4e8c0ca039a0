// Starts a server that only waits, tells its number, and waits to be killed.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { keeperPid, startProcess } from '../../scripts/services/support/processes.mjs'

const [folder, without] = process.argv.slice(2)
const data = join(folder, 'data')
mkdirSync(data)
const args = ['-e', 'setInterval(() => {}, 1000)']
const server = startProcess({ name: 'waiter', folder: data, command: process.execPath, args })
if (without) process.kill(keeperPid(), 'SIGKILL')
console.log(JSON.stringify({ server: server.pid, data }))
setInterval(() => {}, 1000)
