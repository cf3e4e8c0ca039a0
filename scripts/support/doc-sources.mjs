const FENCE = /^```/
const CODE = /^```(?:ts|js|mts|cts|mjs|cjs|typescript|javascript)\b/
const SOURCE = /^<!-- source: ([^#\s]+)(?:#([\w-]+))? -->$/
const NO_SOURCE = /^<!-- no source: \S.* -->$/

/**
 * Compares the blocks of code of a page with their sources: `{ text, blocks, faults, missing }`, where `text` is the page as
 * it should be and `missing` are the faults that it cannot mend.
 */
export function checkPage(path, page, read) {
  const lines = page.split('\n')
  const out = []
  const faults = []
  const missing = []
  let blocks = 0
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]
    out.push(line)
    if (!FENCE.test(line)) continue
    const end = lines.findIndex((other, index) => index > at && other.startsWith('```'))
    const body = lines.slice(at + 1, end)
    const { piece, wrong } = CODE.test(line) ? pieceOf(lines[at - 1] ?? '', read) : {}
    if (CODE.test(line)) blocks++
    if (wrong) missing.push(`${path}:${at + 1} ${wrong}`)
    else if (piece && piece.join('\n') !== body.join('\n')) {
      faults.push(`${path}:${at + 1} is not what its source says. Run npm run docs:update.`)
    }
    out.push(...(piece ?? body), lines[end])
    at = end
  }
  return { text: out.join('\n'), blocks, faults: [...missing, ...faults], missing }
}

/** The lines that the comment above a block names: `{ piece }`, or `{ wrong }`, or nothing where there is none to name. */
function pieceOf(comment, read) {
  if (NO_SOURCE.test(comment)) return {}
  const [, file, region] = SOURCE.exec(comment) ?? []
  if (file === undefined) return { wrong: 'has no source. Put <!-- source: path#region --> above it.' }
  const text = read(file)
  if (text === undefined) return { wrong: `names ${file}, which does not exist.` }
  const lines = text.trimEnd().split('\n')
  if (region === undefined) return { piece: withoutMarks(lines) }
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`)
  const length = start < 0 ? -1 : lines.slice(start).findIndex((line) => line.trim() === '// #endregion')
  if (length < 0) return { wrong: `names ${file}#${region}, and there is no such region.` }
  return { piece: dedent(withoutMarks(lines.slice(start + 1, start + length))) }
}

function withoutMarks(lines) {
  return lines.filter((line) => !/^\s*\/\/ #(?:end)?region\b/.test(line))
}

function dedent(lines) {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  const indent = Math.min(...indents)
  return lines.map((line) => line.slice(indent))
}
