/** A mistake of the operator: one line and a hint, exit code 2. Evidence never causes one. */
export class UserError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
