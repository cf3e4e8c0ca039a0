// Violations that check-arrows must find, and code it must leave alone.

const library = (name, exports = { '.': '' }) => [`packages/${name}`, { name: `@gulo/${name}`, exports }]

export const MANIFESTS = new Map([
  library('core'),
  library('kafka'),
  library('postgres'),
  library('sagas', { '.': '', './store': '' }),
  ['examples/shop', { name: '@gulo/example-shop' }],
  ['benchmarks', { name: '@gulo/benchmarks' }],
])

const imports = (path, name) => ({ [path]: `import { x } from '${name}'` })

export const CASES = [
  {
    name: 'arrows as they should be',
    files: {
      ...imports('packages/core/src/mapping/a.ts', '../message/b.js'),
      ...imports('packages/core/src/message/b.ts', 'node:crypto'),
      ...imports('packages/kafka/src/a.ts', '@gulo/core'),
      ...imports('packages/kafka/src/b.ts', 'kafkajs'),
      ...imports('packages/postgres/src/a.ts', '@gulo/sagas/store'),
      ...imports('packages/kafka/test/a.test.ts', '@gulo/sagas'),
      ...imports('examples/shop/src/a.ts', '@gulo/kafka'),
    },
    expected: [],
  },
  {
    name: 'a package that imports a sibling',
    files: imports('packages/kafka/src/a.ts', '@gulo/sagas'),
    expected: ['kafka may import core'],
  },
  {
    name: 'core importing a package of ours',
    files: imports('packages/core/src/message/a.ts', '@gulo/sagas'),
    expected: ['core may import no other package'],
  },
  {
    name: 'core importing a library',
    files: imports('packages/core/src/message/a.ts', 'uuid'),
    expected: ['core depends on nothing'],
  },
  {
    name: 'a built-in module without its prefix',
    files: imports('packages/core/src/message/a.ts', 'fs'),
    expected: ['Write node:fs'],
  },
  {
    name: 'a package that imports an example',
    files: imports('packages/kafka/test/a.test.ts', '@gulo/example-shop'),
    expected: ['nothing shipped depends on examples'],
  },
  {
    name: 'an import past the exports',
    files: imports('examples/shop/src/a.ts', '@gulo/core/dist/message/b.js'),
    expected: ['past the exports of @gulo/core'],
  },
  {
    name: 'an import of the files of another package',
    files: imports('packages/kafka/test/a.test.ts', '../../core/src/index.js'),
    expected: ['a file of packages/core'],
  },
  {
    name: 'sources that import a test',
    files: imports('packages/kafka/src/a.ts', '../test/a.js'),
    expected: ['not shipped'],
  },
  {
    name: 'an import against the order of folders',
    files: imports('packages/core/src/message/a.ts', '../publishing/b.js'),
    expected: ['imports from publishing, but message comes before it'],
  },
  {
    name: 'a type imported against the order of folders',
    files: { 'packages/core/src/errors.ts': "export type A = import('./message/a.js').A" },
    expected: ['imports from message, but errors.ts comes before it'],
  },
  {
    name: 'a port placed before the folder it lies in',
    files: {
      ...imports('packages/core/src/codec/a.ts', '../transport/transport.js'),
      ...imports('packages/core/src/transport/b.ts', '../codec/a.js'),
    },
    expected: [],
  },
  {
    name: 'a port that imports from the folder it lies in',
    files: imports('packages/core/src/transport/transport.ts', './b.js'),
    expected: ['imports from transport, but transport/transport.ts comes before it'],
  },
  {
    name: 'a folder nobody placed',
    files: imports('packages/core/src/extras/a.ts', '../message/b.js'),
    expected: ['no place in the order'],
  },
  {
    name: 'a client library in a port',
    files: { 'packages/postgres/src/a.ts': "export type { Producer } from 'kafkajs'" },
    expected: ['only kafka may'],
  },
  {
    name: 'a client library loaded late',
    files: { 'packages/sagas/src/a.ts': "const pg = await import('pg')" },
    expected: ['only postgres may'],
  },
  {
    name: 'a ring of files',
    files: {
      ...imports('packages/core/src/message/a.ts', './b.js'),
      ...imports('packages/core/src/message/b.ts', './c.js'),
      ...imports('packages/core/src/message/c.ts', './a.js'),
    },
    expected: ['message/a.ts → packages/core/src/message/b.ts → packages/core/src/message/c.ts → '],
  },
  {
    name: 'a ring of folders without a ring of files',
    files: {
      ...imports('packages/kafka/src/one/a.ts', '../two/b.js'),
      ...imports('packages/kafka/src/two/c.ts', '../one/d.js'),
    },
    expected: ['packages/kafka/src/one → packages/kafka/src/two → packages/kafka/src/one'],
  },
]
