import type { KafkaSettings } from '../config/settings.js'
import { coreFault, reasonOf } from '../faults.js'

const SAMPLE = new Uint8Array(64)

/**
 * Has the codec of the compression compress once: one that loads its library late would otherwise fail every message,
 * as if the brokers did not answer.
 * @throws GULO_CONFIGURATION_INVALID with the package to install
 */
export async function proveCodec({
  compression,
  codecs,
}: Pick<KafkaSettings, 'compression' | 'codecs'>): Promise<void> {
  const codec = compression === 'none' || compression === 'gzip' ? undefined : codecs[compression]
  if (codec === undefined) return
  try {
    const bytes: unknown = await codec.compress(SAMPLE)
    if (!(bytes instanceof Uint8Array)) throw new Error(`it answered ${typeof bytes} instead of bytes`)
  } catch (error) {
    const faults = `compression is "${compression}", and codecs.${compression} cannot compress: ${reasonOf(error)}; ${mendOf(error)}.`
    throw coreFault('GULO_CONFIGURATION_INVALID', { component: 'kafka', count: 1, faults }, error)
  }
}

function mendOf(error: unknown): string {
  const name = /Cannot find (?:package|module) '([^']+)'/.exec(reasonOf(error))?.[1]
  // A path is a file of the library itself, and not the name of a package.
  return name === undefined || /^[./]/.test(name)
    ? 'install what it needs, or choose another compression'
    : `npm install ${name}`
}
