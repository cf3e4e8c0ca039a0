/** What a store or a transport adds to the command line `gulo`: found by its shape, so that no package need know another. */
export interface ToolBox {
  readonly commands: readonly ToolCommand[]
}

/** A command of the command line. */
export interface ToolCommand {
  /** The words it is called by, such as `migrate` or `cdc config`. */
  readonly name: string
  /** What it does, in one sentence. */
  readonly summary: string
  readonly flags?: readonly ToolFlag[]
  /** Does it; resolves when it is done. What it throws is told to who called it. */
  run(call: ToolCall): Promise<void>
}

/** Something that may be said after a command, as `--name value`, or `--name` alone. */
export interface ToolFlag {
  readonly name: string
  /** What stands for its value in the help; without one it is said or not said. */
  readonly value?: string
  readonly help: string
}

/** One call of a command. */
export interface ToolCall {
  /** What was said: texts, and `true` for flags without a value. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  /** Aborted when the process is told to end: what goes on until then ends in good order. */
  readonly signal: AbortSignal
  /** Writes a line, or several, to standard output. */
  print(text: string): void
}
