import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'

const require = createRequire(import.meta.url)
const MARKS = {
  kafka: /GULO_(TEST|SKIP)_KAFKA|kafkaForTests/,
  rabbitmq: /GULO_(TEST|SKIP)_RABBITMQ|rabbitmqForTests/,
  confluent: /GULO_(TEST|SKIP)_CONFLUENT|confluentForTests/,
  postgres: /GULO_(TEST|SKIP)_POSTGRES|postgresForTests/,
  debezium: /GULO_(TEST|SKIP)_DEBEZIUM/,
}
// This module and its neighbours name every service.
const OWN = import.meta.dirname

/** The test files of this run, as mocha will find them. */
export function specFiles(argv = process.argv.slice(2)) {
  const { loadOptions } = require('mocha/lib/cli/options.cjs')
  const { lookupFiles } = require('mocha/lib/cli/lookup-files.js')
  const { spec = [], _: named = [], extension, recursive } = loadOptions(argv)
  return [...new Set([...spec, ...named])].flatMap((pattern) => {
    try {
      return lookupFiles(String(pattern), extension, recursive)
    } catch {
      return []
    }
  })
}

/** The services that test files ask for, in themselves or in what they import by a relative path. */
export function servicesNeededBy(files) {
  const seen = new Set()
  const needed = new Set()
  const look = (file) => {
    if (seen.has(file)) return
    seen.add(file)
    const text = read(file)
    for (const [name, mark] of Object.entries(MARKS)) if (mark.test(text)) needed.add(name)
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      const imported = resolve(dirname(file), path)
      if (!imported.startsWith(OWN)) look(imported)
    }
  }
  for (const file of files) look(resolve(file))
  return [...needed]
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
