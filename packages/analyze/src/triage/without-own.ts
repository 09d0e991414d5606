/** The tables that tell of processes. Mounts are none: the process there is but who was asked for them. */
export const OF_PROCESSES = [
  'processes', 'process_args', 'process_environ', 'process_limits', 'process_cgroups', 'process_status_keys', 'threads', 'links', 'fds', 'maps', 'executables',
  'socket_options', 'socket_names', 'marks',
] as const; // biome-ignore format: one list

/** The processes of the capture itself in one capture. */
export interface Own {
  readonly captureId: number;
  readonly pids: ReadonlySet<number>;
}

/**
 * The statement of a rule over tables that lack what belongs to the capture itself, whose program, memory and descriptors are there because of it: they are
 * shadowed by expressions of the same names. `main.processes` and the like are whole.
 */
export function withoutOwn(sql: string, own: readonly Own[]): string {
  const others = own
    .filter(({ pids }) => pids.size > 0)
    .map(({ captureId, pids }) => `(capture_id <> ${captureId} OR pid IS NULL OR pid NOT IN (${[...pids].join(', ')}))`);
  const tables = OF_PROCESSES.filter((table) => new RegExp(`(?<!main\\.)\\b${table}\\b`, 'i').test(sql));
  if (others.length === 0 || tables.length === 0) return sql;
  const shadows = tables.map((table) => `${table} AS NOT MATERIALIZED (SELECT * FROM main.${table} WHERE ${others.join(' AND ')})`);
  const [head = ''] = /^WITH\s+(RECURSIVE\s+)?/i.exec(sql) ?? [];
  return `WITH RECURSIVE ${shadows.join(', ')}${head === '' ? '\n' : ',\n'}${sql.slice(head.length)}`;
}
