// Pages with one fault each that check-docs must find, and pages it must leave alone.

export const FILES = {
  'src/a.ts': 'one\n// #region middle\n  two\n    three\n// #endregion\nfour\n',
  'docs/b.md': '# The part, `whole`\n',
}

const block = (comment, ...lines) => [comment, '```ts', ...lines, '```'].join('\n')

export const CASES = [
  {
    name: 'pages as they should be',
    page: [
      '# Top',
      block('<!-- source: src/a.ts#middle -->', 'two', '  three'),
      block('<!-- source: src/a.ts -->', 'one', '  two', '    three', 'four'),
      block('<!-- no source: a command line -->', 'anything'),
      '```sh\nnpm test\n```',
      '[b](b.md), [b](b.md#the-part-whole), [web](https://example.com), [here](#top), `[no link](x.md)`',
    ].join('\n'),
    expected: [],
  },
  { name: 'a block without a source', page: block('', 'two'), expected: ['has no source'] },
  { name: 'a file that is not there', page: block('<!-- source: src/b.ts -->', 'x'), expected: ['does not exist'] },
  {
    name: 'a region that is not there',
    page: block('<!-- source: src/a.ts#end -->', 'x'),
    expected: ['no such region'],
  },
  {
    name: 'a block that is not like its source',
    page: block('<!-- source: src/a.ts#middle -->', 'two'),
    expected: ['not what its source says'],
  },
  { name: 'an exception without a reason', page: block('<!-- no source:  -->', 'two'), expected: ['has no source'] },
  { name: 'a link that leads nowhere', page: '[c](c.md)', expected: ['links to c.md'] },
  { name: 'a link to a heading that is not there', page: '[b](b.md#end), [a](#end)', expected: ['b.md#end', ' #end'] },
]
