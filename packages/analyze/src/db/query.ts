import type { Value } from '../render/value.ts';

/** Read side of a case file. Values are bound, never spliced; integers beyond 2^53 come as bigint where `big` is asked for. */
export interface CaseDb {
  all<T>(sql: string, ...params: readonly Value[]): T[];
  iterate<T>(sql: string, ...params: readonly Value[]): IterableIterator<T>;
  get<T>(sql: string, ...params: readonly Value[]): T | undefined;
  close(): void;
}
