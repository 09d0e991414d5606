import type { CaseDb } from '../db/query.ts';
import { incomparable } from '../diff/comparable.ts';
import { type Side, sameBoot, sideOf, wasAbsent } from '../diff/side.ts';
import { NEEDS, type Need } from './evidence.ts';
import { type Asked, counter, type Lack, lacking } from './needs.ts';
import { comparesTwo, type Rule } from './rule.ts';

/** What is to be seen in both captures, where one of them would do for a rule that does not compare. The others say who captured, or are about the pair. */
const OF_BOTH: ReadonlySet<Need> = new Set<Need>([
  'processes', 'exe', 'cmdline', 'status', 'environ', 'maps', 'fds', 'sockets', 'unix', 'packet', 'interfaces', 'users', 'exe-hash', 'modules',
]); // biome-ignore format: one list

/** What is matched by the number of a process, or by its holder. */
const BY_PROCESS: ReadonlySet<Need> = new Set<Need>(['processes', 'exe', 'cmdline', 'fds']);

/** The tables below /proc/net behind a need. */
const TABLES: { readonly [N in Need]?: RegExp } = { sockets: /^(tcp|udp|udplite|raw|icmp)6?$/, packet: /^packet$/ };

/** Network namespaces that are named where their tables are not known. */
const NAMED = 3;

/** How much of what an earlier capture lacks was not there, by the measure of coldstat diff. */
export interface Before {
  /** JSON array of `TABLE NAMESPACE`: tables of which the earlier one would have shown what was in them. */
  readonly seen: () => string;
  /** What of the earlier one is missing for a rule. */
  readonly lack: (rule: Rule) => Lack;
}

export function beforeOf(db: CaseDb, asked: Omit<Asked, 'seen'>): Before {
  const id = asked.before;
  if (id === null) return { seen: () => '[]', lack: () => NOTHING };
  let known: Tables | undefined;
  const tables = (): Tables => {
    known ??= tablesOf(sideOf(db, asked.capture), sideOf(db, id));
    return known;
  };
  const count = counter(db, { ...asked, capture: id, seen: () => '[]' });
  const lack = (rule: Rule): Lack => {
    if (!comparesTwo(rule)) return NOTHING;
    const both = lacking(
      count,
      rule.needs.filter((need) => OF_BOTH.has(need)),
    );
    const { refused, seen, unseen } = tables();
    const absent = both.absent.map((text) => `capture ${id}: ${text}`);
    const partly = both.partly.map((text) => `capture ${id}: ${text}`);
    if (refused !== null && rule.needs.some((need) => BY_PROCESS.has(need))) absent.push(refused);
    for (const need of rule.needs) {
      const pattern = TABLES[need];
      const those = [...new Set(pattern === undefined ? [] : unseen.filter(([file]) => pattern.test(file)).map(([, ns]) => ns))];
      if (pattern === undefined || those.length === 0) continue;
      const any = seen.some(([file]) => pattern.test(file));
      const text = `${names(those)}, of which capture ${id} could not show ${NEEDS[need].doc}`;
      (any ? partly : absent).push(text);
    }
    return { absent, partly };
  };
  return { seen: () => JSON.stringify(tables().seen.map((table) => table.join(' '))), lack };
}

const NOTHING: Lack = { absent: [], partly: [] };

type Table = readonly [file: string, netNs: string];

interface Tables {
  readonly refused: string | null;
  readonly seen: readonly Table[];
  readonly unseen: readonly Table[];
}

function tablesOf(after: Side, before: Side): Tables {
  const all = [...after.seen.files.keys()].flatMap((key): Table[] => {
    const [, file, netNs] = /^(\S+) (\d+|null)$/.exec(key) ?? [];
    return file === undefined || netNs === undefined ? [] : [[file, netNs]];
  });
  const one = sameBoot(before, after);
  const shown = ([file, ns]: Table): boolean => wasAbsent(after, before, { file, netNs: ns === 'null' ? null : Number(ns) }, one);
  const { true: seen = [], false: unseen = [] } = Object.groupBy(all, (table) => (shown(table) ? 'true' : 'false'));
  return { refused: incomparable(before, after), seen, unseen };
}

function names(namespaces: readonly string[]): string {
  const shown = namespaces.slice(0, NAMED).map((ns) => (ns === 'null' ? 'an unknown network namespace' : `net:[${ns}]`));
  const more = namespaces.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
