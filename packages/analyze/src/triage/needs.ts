import type { CaseDb } from '../db/query.ts';

/** What a rule may need: what was captured of it, and what was refused. Counts are of rows in these questions, each with :capture bound. */
interface Evidence {
  readonly doc: string;
  /** Said when nothing of it was captured. */
  readonly missing: string;
  /** Column n: how much of it there is. */
  readonly there: string;
  /** Column n: how much of it could not be read. */
  readonly refused?: string;
  /** What one of the refused is called. */
  readonly unit?: string;
}

const read = (parser: string): string =>
  `SELECT count(*) AS n FROM sources WHERE capture_id = :capture AND parser IN (${parser
    .split(' ')
    .map((p) => `'${p}'`)
    .join(', ')}) AND errno IS NULL`;
const refused = (path: string): string =>
  `SELECT count(*) AS n FROM sources WHERE capture_id = :capture AND errno IN ('EACCES', 'EPERM') AND path GLOB '${path}'`;

const NO_RIGHT = "IN ('EACCES', 'EPERM')";

export const NEEDS = {
  processes: { doc: 'stat of the processes', missing: 'no process was captured', there: read('pid-stat stat-pack') },
  exe: {
    doc: 'the exe links of the processes',
    missing: 'the exe links were not captured',
    there: read('links-list'),
    refused: `SELECT count(*) AS n FROM processes WHERE capture_id = :capture AND path_errno ${NO_RIGHT}`,
    unit: 'exe links',
  },
  cmdline: { doc: 'the command lines', missing: 'the command lines were not captured', there: read('pid-cmdline') },
  status: { doc: 'status of the processes', missing: 'status of the processes was not captured', there: read('pid-status') },
  environ: {
    doc: 'the environments (--with environ)',
    missing: 'the environments were not captured: coldstat-capture --with environ',
    there: read('pid-environ'),
    refused: refused('*/environ'),
    unit: 'environments',
  },
  maps: {
    doc: 'the memory maps',
    missing: 'the memory maps were not captured',
    there: read('pid-maps'),
    refused: refused('*/maps'),
    unit: 'memory maps',
  },
  fds: {
    doc: 'the descriptors of all processes',
    missing: 'the descriptors were not captured',
    there: read('fd-list'),
    refused: `SELECT count(*) AS n FROM processes WHERE capture_id = :capture AND fd_errno ${NO_RIGHT}`,
    unit: 'descriptor directories',
  },
  sockets: {
    doc: 'the tables of TCP and UDP',
    missing: 'the tables of TCP and UDP were not captured',
    there: read('net-tcp net-datagram'),
  },
  unix: { doc: 'the table of unix sockets', missing: 'the table of unix sockets was not captured', there: read('net-unix') },
  packet: { doc: 'the table of packet sockets', missing: 'the table of packet sockets was not captured', there: read('net-packet') },
  'netlink-table': {
    doc: 'the table of netlink sockets',
    missing: 'the table of netlink sockets was not captured',
    there: read('net-netlink'),
  },
  interfaces: {
    doc: 'the interfaces with their flags',
    missing: 'the flags of the interfaces were not captured',
    there: 'SELECT count(*) AS n FROM interfaces WHERE capture_id = :capture AND flags IS NOT NULL',
  },
  mounts: { doc: 'mountinfo', missing: 'mountinfo was not captured', there: read('mountinfo') },
  cgroups: { doc: 'the control groups', missing: 'the control groups were not captured', there: read('pid-cgroup') },
  users: { doc: '/etc/passwd', missing: '/etc/passwd was not captured', there: read('etc-passwd') },
  'exe-hash': {
    doc: 'SHA-256 of the executables (--with exe-hash)',
    missing: 'the executables were not hashed: coldstat-capture --with exe-hash',
    there: read('exe-pack'),
  },
  modules: { doc: '/proc/modules', missing: '/proc/modules was not captured', there: read('proc-modules') },
  marks: {
    doc: 'the marks, computed at load',
    missing: 'no process was captured',
    there: read('pid-stat stat-pack'),
  },
  root: {
    doc: 'a capture made by root',
    missing: 'the capture was not made by root',
    there: 'SELECT count(*) AS n FROM captures WHERE capture_id = :capture AND (own_euid = 0 OR own_euid IS NULL)',
  },
  before: {
    doc: 'an earlier capture of the same host',
    missing: 'the case holds no earlier capture of this host',
    there: 'SELECT count(*) AS n FROM captures WHERE capture_id = :capture AND :before IS NOT NULL',
  },
  'same-boot': {
    doc: 'an earlier capture of the same boot',
    missing: 'the case holds no earlier capture of this boot of the host',
    there: `SELECT count(*) AS n FROM captures a JOIN captures b ON b.capture_id = :before AND a.boot_id = b.boot_id
      WHERE a.capture_id = :capture`,
  },
} as const satisfies Readonly<Record<string, Evidence>>;

export type Need = keyof typeof NEEDS;

/** The captures a rule is asked about, and what SQL alone cannot tell of the first. */
export interface Asked {
  readonly capture: number;
  /** The capture of the same host before it. */
  readonly before: number | null;
  /** JSON array of the rows that break a check of the ledger: section, check, subject, says, at. */
  readonly broken: () => string;
  /** JSON array of the sockets without a holder: reason, protocol, local, remote, state, at. */
  readonly unheld: () => string;
}

/** `absent`: nothing of a need is there, so the question cannot be asked. `partly`: some of it was refused, so that not finding is not clear. */
export interface Lack {
  readonly absent: readonly string[];
  readonly partly: readonly string[];
}

export function lacking(count: (sql: string) => number, needs: readonly Need[]): Lack {
  const absent: string[] = [];
  const partly: string[] = [];
  for (const need of needs) {
    const evidence: Evidence = NEEDS[need];
    if (count(evidence.there) === 0) absent.push(evidence.missing);
    else if (evidence.refused !== undefined) {
      const n = count(evidence.refused);
      if (n > 0) partly.push(`${n} ${evidence.unit} could not be read`);
    }
  }
  return { absent: [...new Set(absent)], partly };
}

/** Counts of one pair of captures, each asked once for all rules. */
export function counter(db: CaseDb, asked: Asked): (sql: string) => number {
  const known = new Map<string, number>();
  return (sql) => {
    const { text, values } = bound(sql, asked);
    const n = known.get(sql) ?? db.get<{ n: number }>(text, ...values)?.n ?? 0;
    known.set(sql, n);
    return n;
  };
}

/** What a rule may write, and what is bound for it. */
export function parameters(sql: string, asked: Asked): Readonly<Record<string, string | number | null>> {
  const all = { capture: () => asked.capture, before: () => asked.before, broken: asked.broken, unheld: asked.unheld };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (sql.includes(`:${name}`) ? [[name, value()]] : [])));
}

/** Named parameters as places, which is what CaseDb binds; what stands in quotes is text. */
export function bound(sql: string, asked: Asked): { readonly text: string; readonly values: readonly (string | number | null)[] } {
  const known = parameters(sql, asked);
  const values: (string | number | null)[] = [];
  const text = sql.replace(/'[^']*'|:(capture|before|broken|unheld)\b/g, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    values.push(known[name] ?? null);
    return '?';
  });
  return { text, values };
}
