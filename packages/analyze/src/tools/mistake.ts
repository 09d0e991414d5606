/**
 * A command line the live tool would have refused: its own words for standard error, and its exit code. Thrown anywhere while a command line is
 * read, caught where the program ends (cli.ts), so that a tool needs no other way out.
 */
export class ToolMistake extends Error {
  readonly exit: number;
  constructor(message: string, exit: number) {
    super(message);
    this.exit = exit;
  }
}
