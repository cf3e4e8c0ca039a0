import { dirname, join } from 'node:path'

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g

/** Relative links of a page that lead nowhere: to no file, or to no heading. Links in blocks and spans of code are none. */
export function faultsOfLinks(path, page, there, read) {
  const text = withoutBlocks(page).replace(/`[^`\n]*`/g, '')
  return [...text.matchAll(LINK)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !leadsSomewhere(target, path, page, there, read))
    .map((target) => `${path} links to ${target}, which does not exist.`)
}

function leadsSomewhere(target, path, page, there, read) {
  const [file, heading] = target.split('#')
  const to = join(dirname(path), file)
  if (file !== '' && !there(to)) return false
  return heading === undefined || headingsOf(file === '' ? page : read(to)).includes(heading)
}

/** The anchors that GitHub gives the headings of a page. */
function headingsOf(page) {
  const lines = withoutBlocks(page).split('\n')
  return lines
    .filter((line) => /^#+ /.test(line))
    .map((line) => line.replace(/^#+ /, '').toLowerCase())
    .map((title) => title.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'))
}

function withoutBlocks(page) {
  return page.replace(/^```[\s\S]*?^```$/gm, '')
}
