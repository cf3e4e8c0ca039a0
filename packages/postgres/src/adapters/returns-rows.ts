const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g
const INNERMOST = /\([^()]*\)/g

/** Whether a statement answers rows, for libraries that want to be told. */
export function returnsRows(text: string): boolean {
  let outer = text.replace(QUOTED, ' ')
  for (let before = ''; before !== outer; ) {
    before = outer
    outer = outer.replace(INNERMOST, ' ')
  }
  const verb = outer.match(/\b(?:select|values|table|show|explain|insert|update|delete|merge)\b/i)?.[0].toLowerCase()
  return verb !== undefined && (/^(?:select|values|table|show|explain)$/.test(verb) || /\breturning\b/i.test(outer))
}
