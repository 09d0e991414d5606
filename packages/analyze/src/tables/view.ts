/** Declaration of one SQL view: from it come the DDL, docs/SCHEMA.md and `coldstat schema`. */
export interface View {
  readonly name: string;
  /** One sentence. */
  readonly doc: string;
  /** In the order of the SELECT. */
  readonly columns: readonly (readonly [name: string, doc: string])[];
  /** The SELECT, ending without a semicolon. */
  readonly select: string;
}
