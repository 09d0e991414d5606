import { proven } from '../db/marks/read.ts';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import { classMeanings, type Owned, ownership as ownershipOf } from '../ledger/owned.ts';
import { formatRows } from '../render/format.ts';
import type { Rows, Value } from '../render/value.ts';
import { parseFormat, parseNetns, requireNetns } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface OwnershipOptions extends CaseOptions {
  readonly class?: string;
  readonly netns?: string;
  readonly counts?: true;
}

const COLUMNS = [
  'capture_id', 'class', 'protocol', 'local', 'remote', 'state', 'net_ns', 'inode', 'passes', 'pid', 'tid', 'fd', 'program', 'holder_set',
  'source_id', 'line',
] as const; // biome-ignore format: one table

export const ownership: Command = ownCommand<OwnershipOptions>(
  'ownership',
  'Say who holds each socket, or why nobody does',
  (program) =>
    caseOptions(program)
      .option('--class <names>', 'only these classes, comma separated')
      .option('--netns <which>', 'network namespace: all (default), own, or a number')
      .option('--counts', 'only how many there are of each class')
      .addHelpText('after', help()),
  async (options, _operands, io, globals) => {
    const format = parseFormat(options.format);
    const netns = parseNetns(options.netns ?? 'all');
    const wanted = parseClasses(options.class);
    const db = await openFor({ db: options.db, archives: options.archive }, io, globals);
    try {
      const captures = selectCaptures(db, options.capture);
      requireNetns(db, captures, netns);
      const listed = (): Iterable<Taken> => everything(db, captures, netns, wanted);
      if (options.counts || format === 'table') await writeLines(formatRows(counts(listed()), format), io);
      if (options.counts) return 0;
      if (format === 'table') await io.out('\n');
      await writeLines(formatRows(proven(details(listed()), db, null), format), io);
      return 0;
    } finally {
      db.close();
    }
  },
);

function help(): string {
  const lines = [...classMeanings()].map(([name, meaning]) => `  ${name.padEnd(30)}${meaning}`);
  return `
One row for each holder of a socket (process, thread, descriptor), one without a holder where nobody holds it, and one for each descriptor of
a socket that stands in no table; by class, in this order. The table begins with how many sockets and descriptors each class has; other
formats are the rows alone, or with --counts the counts alone. tid 0 is the table of the process. Holders with one holder_set share one
descriptor table where the kernel compared them (--netlink, --sockopt); otherwise they have the same descriptors in every number, link and
flag: one table, or the copy that fork made of it. passes: in which reading of the tables it stood, first (A), second (B) or both. marks: why
the row or its process may not be what it says (coldstat marks). The handle leads to the bytes: coldstat raw HANDLE.

${lines.join('\n')}`;
}

function parseClasses(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined) return null;
  const known = classMeanings();
  const names = text.split(',');
  const odd = names.find((name) => !known.has(name));
  if (odd !== undefined) throw new UserError(`no class ${odd}`, `classes: ${[...known.keys()].join(' ')}`);
  return new Set(names);
}

interface Taken {
  readonly captureId: number;
  readonly owned: Owned;
}

function* everything(
  db: CaseDb,
  captures: readonly number[],
  netns: ReturnType<typeof parseNetns>,
  wanted: ReadonlySet<string> | null,
): Generator<Taken, void> {
  for (const captureId of captures) {
    const own = 'SELECT own_net_ns AS n FROM captures WHERE capture_id = ?';
    const one = netns === 'own' ? (db.get<{ n: number | null }>(own, captureId)?.n ?? null) : netns;
    for (const owned of ownershipOf(db, captureId, wanted)) if (one === 'all' || owned.netNs === one) yield { captureId, owned };
  }
}

function counts(listed: Iterable<Taken>): Rows {
  const groups = new Map<string, { captureId: number; class: string; sockets: number; descriptors: number }>();
  for (const { captureId, owned } of listed) {
    const key = `${captureId} ${owned.class}`;
    const group = groups.get(key) ?? { captureId, class: owned.class, sockets: 0, descriptors: 0 };
    groups.set(key, group);
    group.sockets += owned.tabled ? 1 : 0;
    group.descriptors += owned.holders.length;
  }
  const meanings = classMeanings();
  const rows = [...groups.values()].map((g): readonly Value[] => [
    g.captureId,
    g.class,
    g.sockets,
    g.descriptors,
    meanings.get(g.class) ?? null,
  ]);
  return { columns: ['capture_id', 'class', 'sockets', 'descriptors', 'meaning'], rows };
}

function details(listed: Iterable<Taken>): Rows {
  function* rows(): Generator<readonly Value[], void> {
    for (const { captureId, owned: o } of listed) {
      const head = [captureId, o.class, o.protocol, o.local, o.remote, o.state, o.netNs, o.inode, o.passes];
      const tail = [o.sourceId, o.line];
      if (o.holders.length === 0) yield [...head, null, null, null, null, null, ...tail];
      for (const h of o.holders) yield [...head, h.pid, h.tid, h.fd, h.program, h.set, ...tail];
    }
  }
  return { columns: COLUMNS, rows: rows() };
}
