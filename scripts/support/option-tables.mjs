import ts from 'typescript'
import { parse } from './sources.mjs'

/** Names of interfaces that somebody fills in. */
const OPTIONS = /(?:Options|Limits|SuiteFacts|Tls|Reconnect|EnsureTopics|KafkaCodecs?|TopicRequest|^Store)$/

/** The options interfaces of a file: `{ name, says, inherits, options }`. */
export function optionsOf(path) {
  const source = parse(path)
  return source.statements
    .filter((node) => ts.isInterfaceDeclaration(node) && OPTIONS.test(node.name.text))
    .map((node) => ({
      name: node.name.text,
      says: commentOf(source, node).meaning,
      inherits: (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => oneLine(type.getText(source)))),
      options: node.members.filter(ts.isPropertySignature).map((member) => optionOf(source, member)),
    }))
}

function optionOf(source, member) {
  return {
    option: member.name.getText(source),
    type: oneLine(member.type.getText(source)).replace(/ \| undefined$/, ''),
    required: member.questionToken === undefined,
    ...commentOf(source, member),
  }
}

/** What the comment right above says, and its default. */
function commentOf(source, node) {
  const ranges = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []
  const comment = ranges.map(({ pos, end }) => source.text.slice(pos, end)).findLast((text) => text.startsWith('/**'))
  const text = oneLine((comment ?? '').replace(/^\/\*\*|\*\/$|^\s*\*(?!\/)/gm, ' '))
  const [meaning, fallback] = text.split(/\s*@default\s+/)
  return { meaning: meaning.replace(/\{@link (\w+)\}/g, '`$1`').trim(), fallback }
}

function oneLine(text) {
  return text.replace(/\s+/g, ' ').trim()
}
