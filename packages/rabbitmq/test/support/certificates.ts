import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Issued {
  readonly cert: string
  readonly key: string
  readonly files: { readonly cert: string; readonly key: string }
}

interface Authority {
  readonly cert: string
  readonly file: string
  issue(what: { readonly name: string; readonly hosts?: readonly string[] }): Promise<Issued>
}

interface CertificateModule {
  createAuthority(folder: string, name: string): Promise<Authority>
  certificatesFault(): string | undefined
}

/** Certificates in a folder of their own; the first authority has signed those of a server and of a client. */
export interface Certificates {
  readonly ca: string
  /** An authority that has signed nothing. */
  readonly otherCa: string
  readonly client: Pick<Issued, 'cert' | 'key'>
  /** Where the server finds what it needs. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string }
  remove(): void
}

const path = new URL('../../../../scripts/services/support/certificates.mjs', import.meta.url).href
const { createAuthority, certificatesFault } = (await import(path)) as CertificateModule

/** Why no certificates can be made here; undefined when they can. */
export const noCertificates = certificatesFault()

export async function makeCertificates(): Promise<Certificates> {
  const folder = mkdtempSync(join(tmpdir(), 'gulo-tls-'))
  const [own, other] = [await createAuthority(folder, 'ca'), await createAuthority(folder, 'other')]
  const server = await own.issue({ name: 'server', hosts: ['localhost', 'rabbit.test', '127.0.0.1'] })
  const { cert, key } = await own.issue({ name: 'client' })
  return {
    ca: own.cert,
    otherCa: other.cert,
    client: { cert, key },
    files: { ca: own.file, ...server.files },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
