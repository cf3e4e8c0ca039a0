import { createService, type ServiceOptions, type Store, type ToolCommand } from '@gulo/core'
import { opsFault } from '../faults.js'
import type { Config } from './config.js'

const DEADLINE_MS = 10_000

/** Sends what is in the outbox, in a process of its own. */
export function relayCommand(config: Config | undefined): ToolCommand {
  return {
    name: 'relay',
    summary: 'Sends what is in the outbox until it is told to end; any number of them share the work.',
    flags: [
      { name: 'deadline-ms', value: 'number', help: `how long a batch may take to end on SIGTERM [${DEADLINE_MS}]` },
    ],
    async run({ flags, print, signal }) {
      const options = relayOptions(config)
      const deadlineMs = wholeNumber('deadline-ms', flags['deadline-ms'], DEADLINE_MS)
      const relay = await createService(options).start()
      const { relayedBy } = config?.store ?? {}
      print(`relaying the outbox of ${options.name}${relayedBy ? `, whose services leave that to ${relayedBy}` : ''}`)
      await ended(signal)
      await relay.stop({ deadlineMs })
      print('stopped')
    },
  }
}

/** A service with the outbox and nothing else of the store, so that it neither handles nor fires anything. @throws GULO_CONFIG_LACKS */
function relayOptions(config: Config | undefined): ServiceOptions {
  const { store, transport, service = {}, path = 'gulo.config.mjs' } = config ?? {}
  const { outbox, unitOfWork } = store ?? {}
  if (store === undefined || outbox === undefined || unitOfWork === undefined)
    throw opsFault('GULO_CONFIG_LACKS', { command: 'relay', what: 'a store with an outbox', path })
  if (transport === undefined) throw opsFault('GULO_CONFIG_LACKS', { command: 'relay', what: 'a transport', path })
  const { name = 'relay', observers, logger, onPublishFailure } = service
  const outboxOnly: Store = {
    outbox,
    unitOfWork,
    ...(store.deadLetters && { deadLetters: store.deadLetters }),
    ...(store.durable !== undefined && { durable: store.durable }),
    start: async () => store.start?.(),
    stop: async (how) => store.stop?.(how),
  }
  return {
    name,
    handlers: [],
    transport,
    store: outboxOnly,
    ...(observers && { observers }),
    ...(logger && { logger }),
    ...(onPublishFailure && { onPublishFailure }),
  }
}

function wholeNumber(name: string, given: string | boolean | undefined, otherwise: number): number {
  if (given === undefined) return otherwise
  if (/^\d{1,9}$/.test(String(given))) return Number(given)
  throw opsFault('GULO_COMMAND_ARGUMENTS', { command: 'relay', reason: `--${name} is ${given}, not a whole number` })
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
