import type { Statement } from '../sql/executor.js'

// Texts, quoted names, comments and dollar quotes, in which nothing is a placeholder; then a placeholder.
const TOKENS =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|\$(\d+)/g

/** A statement cut at its placeholders: `texts` is one longer than `indexes`, which count parameters from 0. */
export interface SplitStatement {
  readonly texts: readonly string[]
  readonly indexes: readonly number[]
}

/** Cuts a statement at `$1`, `$2` …, for libraries that write placeholders their own way. */
export function splitAtPlaceholders(text: string): SplitStatement {
  const texts: string[] = []
  const indexes: number[] = []
  let from = 0
  for (const match of text.matchAll(TOKENS)) {
    if (match[2] === undefined) continue
    texts.push(text.slice(from, match.index))
    indexes.push(Number(match[2]) - 1)
    from = match.index + match[0].length
  }
  return { texts: [...texts, text.slice(from)], indexes }
}

/** Cuts statements, and remembers the pieces of those that are used again and again. */
export function placeholderSplitter(): (statement: string | Statement) => SplitStatement {
  const known = new WeakMap<Statement, SplitStatement>()
  return (statement) => {
    if (typeof statement === 'string') return splitAtPlaceholders(statement)
    const found = known.get(statement) ?? splitAtPlaceholders(statement.text)
    known.set(statement, found)
    return found
  }
}
