/** One feature of a live tool, and the tests that show it here: files (or directories ending in `/`) with titles of tests in them. */
export interface Feature {
  readonly tool: string;
  readonly what: string;
  readonly priority: string;
  readonly tests: readonly (readonly [file: string, titles: readonly string[]])[];
  readonly missing?: string;
  readonly refused?: boolean;
}
export const FEATURES: readonly Feature[];
