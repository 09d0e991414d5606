import type { Value } from '../render/value.ts';
import type { Format } from '../tools/tool.ts';

/** What the parent asks of the child that runs queries. One answer at a time: the child waits for `more` after each chunk. */
export type Request =
  | {
      readonly type: 'open';
      /** Case file; absent when archives are given. */
      readonly file: string | undefined;
      readonly archives: readonly string[];
      /** File of private keys for encrypted archives. */
      readonly ageIdentity: string | undefined;
      readonly cwd: string;
      /** Tables show these captures alone; undefined for all. */
      readonly capture: string | undefined;
    }
  | {
      readonly type: 'query';
      /** One statement. */
      readonly sql: string;
      readonly params: Readonly<Record<string, Value>>;
      /** Rows; 0 for no limit. */
      readonly limit: number;
      readonly format: Format;
    }
  | { readonly type: 'schema' }
  | { readonly type: 'more' };

export type Reply =
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'opened' }
  | { readonly type: 'chunk'; readonly text: string }
  | { readonly type: 'done'; readonly rows: number; readonly cut: boolean }
  /** A mistake in the statement or the options; `at` is an offset in the statement. */
  | { readonly type: 'refused'; readonly message: string; readonly hint: string | undefined; readonly at: number | undefined }
  | { readonly type: 'names'; readonly tables: readonly (readonly [table: string, columns: readonly string[]])[] }
  | { readonly type: 'bug'; readonly stack: string };
