const COMMANDS = /^```sh newcomer(?: (\w+))?$/
const FILE = /^<!-- (?:source: \S*\/getting-started\/([\w.-]+)|file: (\S+)) -->$/
/** Shown on the page as another version of a file that is there already. */
const OTHER = 'transport-kafka.ts'

/** What the page has its reader do: paste files, type commands; the text block after commands is what they print. */
export function stepsOf(page) {
  const lines = page.split('\n')
  const steps = []
  for (let at = 0; at < lines.length; at++) {
    if (!lines[at].startsWith('```')) continue
    const end = lines.indexOf('```', at + 1)
    const body = lines.slice(at + 1, end)
    const [, source, file] = FILE.exec(lines[at - 1] ?? '') ?? []
    const command = COMMANDS.exec(lines[at])
    if (source !== OTHER && (source || file)) {
      steps.push({ kind: 'file', path: file ?? `src/${source}`, text: `${body.join('\n')}\n` })
    } else if (command) steps.push({ kind: 'commands', role: command[1], commands: body, expected: undefined })
    else if (lines[at] === '```text') steps.at(-1).expected = `${body.join('\n')}\n`
    at = end
  }
  return steps
}
