import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, run } from './exec.mjs'

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const DAYS = 7

/** Why no certificates can be made here; undefined when they can. */
export function certificatesFault() {
  return findProgram('openssl') ? undefined : 'no openssl to make certificates with'
}

/**
 * A certificate authority of its own, its files in `folder`: `{ cert, file, issue }`, a PEM text and where it is.
 * `issue({ name, hosts, days })` makes a certificate for `CN=name`, expired where `days` are below 0, and resolves with
 * `{ cert, key, files, store }`: two PEM texts, where they are, and the path of a PEM key store as Kafka reads it.
 */
export async function createAuthority(folder, name = 'Test authority') {
  const path = (file) => join(folder, file)
  const slug = name.toLowerCase().replaceAll(' ', '-')
  const [cert, key] = [path(`${slug}.crt`), path(`${slug}.key`)]
  await openssl(['req', '-x509', ...CURVE, '-keyout', key, '-out', cert, '-days', DAYS, '-subj', `/CN=${name}`])
  const authority = { cert, key, path }
  return { cert: readFileSync(cert, 'utf8'), file: cert, issue: (what) => issue(authority, what) }
}

async function issue(authority, { name, hosts = ['127.0.0.1', 'localhost'], days = DAYS }) {
  const [key, request, cert, store] = ['key', 'csr', 'crt', 'pem'].map((ending) => authority.path(`${name}.${ending}`))
  const names = `subjectAltName=${hosts.map(toName).join(',')}`
  await openssl(['req', ...CURVE, '-keyout', key, '-out', request, '-subj', `/CN=${name}`, '-addext', names])
  const signer = ['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial']
  const given = ['-in', request, '-out', cert, '-copy_extensions', 'copy', '-days', days]
  await openssl(['x509', '-req', ...signer, ...given])
  const [keyText, certText, authorityText] = [key, cert, authority.cert].map((file) => readFileSync(file, 'utf8'))
  writeFileSync(store, keyText + certText + authorityText)
  return { cert: certText, key: keyText, files: { cert, key }, store }
}

function toName(host) {
  return /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`
}

async function openssl(args) {
  const { ok, output } = await run('openssl', args.map(String))
  if (!ok) throw new Error(`openssl ${args[0]} failed: ${output.split('\n').at(-1)}`)
}
