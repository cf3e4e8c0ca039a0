/** Prints what a check has found, one line each, and sets the exit code; a clean check says what it looked at. */
export function report(name, faults, looked) {
  for (const fault of faults) console.log(fault)
  console.log(faults.length > 0 ? `${name}: ${faults.length} faults` : `${name}: clean, ${looked}`)
  if (faults.length > 0) process.exitCode = 1
}

/**
 * Runs a check over seeded violations and over things it must leave alone: a check that finds nothing would pass for
 * ever. Each case is `{ name, found, expected }`, the faults as text and a piece of each that must appear, in order.
 */
export function reportSelfTest(name, cases) {
  const missed = cases.filter(
    ({ found, expected }) =>
      found.length !== expected.length || expected.some((piece, at) => !found[at].includes(piece)),
  )
  const said = missed.map((test) => `${test.name}: expected ${show(test.expected)}, found ${show(test.found)}`)
  report(`${name} --self-test`, said, `${cases.length} cases`)
}

function show(lines) {
  return lines.length > 0 ? lines.map((line) => JSON.stringify(line)).join(', ') : 'nothing'
}
