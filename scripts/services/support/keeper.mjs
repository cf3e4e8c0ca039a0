// Started beside every process that runs servers: when that one goes, even by SIGKILL, its servers go too.
import { sweep } from './processes.mjs'

process.stdin.resume()
process.stdin.once('close', () => void sweep(Number(process.argv[2])))
