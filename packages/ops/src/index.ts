export { type CommandLine, runCommandLine } from './command-line/command-line.js'
export { OPS_ERRORS } from './faults.js'
