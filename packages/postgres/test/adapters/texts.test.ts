import { expect } from 'chai'
import { arrayLiteral } from '../../dist/adapters/array-literal.js'
import { splitAtPlaceholders } from '../../dist/adapters/placeholders.js'
import { returnsRows } from '../../dist/adapters/returns-rows.js'

describe('A statement cut at its placeholders', () => {
  const cases: readonly (readonly [string, readonly string[], readonly number[]])[] = [
    ['select 1', ['select 1'], []],
    ['select $1', ['select ', ''], [0]],
    ['$2::text, $1, $2', ['', '::text, ', ', ', ''], [1, 0, 1]],
    ['$12 $1', ['', ' ', ''], [11, 0]],
    [`'$1''$2' "$3" $4`, [`'$1''$2' "$3" `, ''], [3]],
    [`E'\\'$1' $2`, [`E'\\'$1' `, ''], [1]],
    ['-- $1\n$2 /* $3\n */', ['-- $1\n', ' /* $3\n */'], [1]],
    ['do $$ $1 $$; $a$ $2 $$ $a$ $3', ['do $$ $1 $$; $a$ $2 $$ $a$ ', ''], [2]],
  ]
  for (const [text, texts, indexes] of cases) {
    it(`has its parameters where they are: ${JSON.stringify(text)}`, () => {
      expect(splitAtPlaceholders(text)).to.deep.equal({ texts, indexes })
    })
  }
})

describe('A statement', () => {
  for (const text of [
    'select 1',
    ' values (1) union select 2',
    'insert into t values (1) returning id',
    'with a as (insert into t values (1)) select * from t',
    'with a as (delete from t returning *) update t set a = 1 returning *',
    '/* insert */ show transaction_isolation',
    `select 'insert'`,
  ])
    it(`answers rows: ${text}`, () => {
      expect(returnsRows(text)).to.equal(true)
    })
  for (const text of [
    'insert into t select 1',
    `insert into t values ('returning', ")")`,
    'with a as (delete from t returning *) insert into t select * from a',
    'update t set a = (select 1)',
    'savepoint a',
    'set local statement_timeout = 1',
    'delete from t -- returning',
  ])
    it(`answers none: ${text}`, () => {
      expect(returnsRows(text)).to.equal(false)
    })
})

describe('An array as text', () => {
  it('keeps quotes, backslashes, nothing and bytes', () => {
    const values = ['a', 'b"c', 'd\\e', '', 'NULL', null, undefined, 1, true, [1, 2], Buffer.from([255])]
    expect(arrayLiteral(values)).to.equal(
      String.raw`{"a","b\"c","d\\e","","NULL",NULL,NULL,"1","true",{"1","2"},"\\xff"}`,
    )
  })
})
