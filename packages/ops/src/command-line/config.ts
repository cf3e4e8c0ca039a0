import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ServiceOptions, Store, ToolBox, ToolCommand, Transport } from '@gulo/core'
import { opsFault, reasonOf } from '../faults.js'

const NAMES = ['gulo.config.mjs', 'gulo.config.js', 'gulo.config.ts']

/** What the application's configuration exports. */
export interface Config {
  readonly path: string
  readonly service: Partial<ServiceOptions>
  readonly store: Store | undefined
  readonly transport: Transport | undefined
  /** What the parts add to the command line. */
  readonly commands: readonly ToolCommand[]
  /** Closes what the application opened, such as its pool. */
  close(): Promise<void>
}

type Exports = Readonly<Record<string, unknown>>

/** Loads the file that is named, or the one of the usual names in `folder`. @throws GULO_CONFIG_MISSING or GULO_CONFIG_FAILED */
export async function loadConfig(folder: string, named: string | undefined): Promise<Config> {
  const path = named === undefined ? await findConfig(folder) : resolve(folder, named)
  if (path === undefined || !(await isThere(path)))
    throw opsFault('GULO_CONFIG_MISSING', { path: named ?? `${NAMES[0]} in ${folder}` })
  try {
    return toConfig(path, (await import(pathToFileURL(path).href)) as Exports)
  } catch (error) {
    throw opsFault('GULO_CONFIG_FAILED', { path, reason: reasonOf(error) }, error)
  }
}

async function findConfig(folder: string): Promise<string | undefined> {
  for (const name of NAMES) if (await isThere(join(folder, name))) return join(folder, name)
  return undefined
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Parts by their names, or in the default export, which may also be the service itself. */
function toConfig(path: string, exported: Exports): Config {
  const parts: Exports = { ...asRecord(exported['default']), ...exported }
  const service = asRecord(asRecord(parts['service'])['options'] ?? asRecord(exported['default'])['options'])
  const store = (parts['store'] ?? service['store']) as Store | undefined
  const transport = (parts['transport'] ?? service['transport']) as Transport | undefined
  return {
    path,
    service: service as Partial<ServiceOptions>,
    store,
    transport,
    commands: [store, transport].flatMap((part) => (part as Partial<ToolBox> | undefined)?.commands ?? []),
    close: async () => {
      if (typeof parts['close'] === 'function') await (parts['close'] as () => unknown)()
    },
  }
}

function asRecord(value: unknown): Exports {
  return typeof value === 'object' && value !== null ? (value as Exports) : {}
}
