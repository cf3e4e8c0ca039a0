// Who reads these beside the topic they belong to handles what was set aside, fails again, and never comes to an end.
const SET_ASIDE = /\.(?:dlq|quarantine|retry\..+)$/

/** Whether a subscription with these patterns reads the topic; never one for dead letters, quarantine or retries. */
export function matchesTopic(patterns: readonly RegExp[], topic: string): boolean {
  return !SET_ASIDE.test(topic) && patterns.some((pattern) => pattern.test(topic))
}

/** What is wrong with patterns, each with its mend. */
export function patternFaults(patterns: unknown): readonly string[] {
  if (patterns === undefined) return []
  if (!Array.isArray(patterns)) return ['patterns is no array: list regular expressions.']
  return patterns.flatMap((pattern: unknown) => {
    if (!(pattern instanceof RegExp)) return [`patterns has ${String(pattern)}: use a regular expression.`]
    // Such an expression remembers where it stopped, and then misses the next name.
    return pattern.global || pattern.sticky ? [`patterns has ${pattern}: leave out the flags g and y.`] : []
  })
}
