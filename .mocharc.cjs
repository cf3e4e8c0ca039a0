// Mocha runs the files named on the command line in addition to those named here. Whoever names some means only those.
const named = process.argv.slice(2).some((word) => /^--spec\b|dist-test|\.test\.m?js$/.test(word))
// Rigs that kill processes and brokers take minutes: they run when they are asked for.
if (process.argv.some((word) => word.includes('faults/'))) process.env.GULO_TEST_LONG ??= '1'
const everything = [
  'packages/*/dist-test/**/*.test.js',
  'examples/*/dist-test/**/*.test.js',
  'benchmarks/dist-test/**/*.test.js',
  'faults/dist-test/**/*.test.js',
  'test/**/*.test.mjs',
]

module.exports = {
  require: ['./test/setup.mjs'],
  spec: named ? [] : everything,
  'node-option': ['enable-source-maps'],
  timeout: 5000,
  reporter: './test/reporter.mjs',
}
