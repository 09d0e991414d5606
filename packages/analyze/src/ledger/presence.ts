import type { CaseDb } from '../db/query.ts';
import { type Evidence, entry, type LedgerEntry } from './entry.ts';

/** First namespaces of a host: constants of the kernel (PROC_PID_INIT_INO, PROC_USER_INIT_INO). */
const FIRST = { pid: '4026531836', user: '4026531837' } as const;

/** Libraries that Node is linked with, itself or by a distribution: by name, which is all that maps tell. */
const OWN_LIBRARY =
  /^(?:ld-(?:linux|musl)|ld(?=\.so$)|lib(?:c|m|dl|rt|pthread|util|resolv|nss_\w+|stdc\+\+|gcc_s|atomic|node|uv|z|zstd|lzma|cares|nghttp\d|ngtcp2\w*|crypto|ssl|icu\w+|brotli\w+|sqlite3|simdutf|simdjson|ada|llhttp|hdr_histogram)(?=[.-]))/;

interface Self {
  readonly euid?: unknown;
  readonly preload?: unknown;
  readonly preload_file?: unknown;
  readonly environment?: unknown;
  readonly libraries?: unknown;
  readonly tracer_pid?: unknown;
  readonly seccomp?: unknown;
  readonly hidepid?: unknown;
  readonly others_hidden?: unknown;
  readonly namespaces?: Readonly<Record<string, unknown>>;
}

/** What the capture said of itself: whether something stood between it and the kernel, and what it could not see from where it was. */
export function presence(db: CaseDb, captureId: number): LedgerEntry[] {
  const row = db.get<{ header: unknown; manifest: unknown }>(JSON_OF, captureId);
  const self = (objectOf(row?.header)?.['self'] ?? null) as Self | null;
  const windows = objectOf(row?.manifest)?.['windows'];
  return [...(self === null || typeof self !== 'object' ? [] : surroundings(self)), ...lengths(windows)];
}

/** What the header says that breaks one of these checks. The header is no source, so most of it has no place in one. */
export function* presenceEvidence(db: CaseDb, captureId: number, check: string): Generator<Evidence, void> {
  const row = db.get<{ header: unknown }>(JSON_OF, captureId);
  const self = (objectOf(row?.header)?.['self'] ?? null) as Self | null;
  if (self === null || typeof self !== 'object') return;
  const told = (subject: string, says: unknown, at?: { readonly source_id: number; readonly line: number }): Evidence => ({
    subject,
    says: typeof says === 'string' || typeof says === 'number' ? says : JSON.stringify(says ?? null),
    pass: null,
    sourceId: at?.source_id ?? null,
    line: at?.line ?? null,
  });
  if (check === ENVIRONMENT) for (const pair of loaderVariables(self)) yield told('environment of the capture', pair);
  if (check === PRELOADED) {
    const at = db.get<{ source_id: number; line: number }>(
      "SELECT source_id, 1 AS line FROM sources WHERE capture_id = ? AND path = 'etc/ld.so.preload' AND bytes > 0",
      captureId,
    );
    yield told('/etc/ld.so.preload', self.preload_file, at);
  }
  if (check === LIBRARIES) for (const path of foreignPaths(self.libraries) ?? []) yield told('library in the capture', path);
  if (check === TRACER) {
    const pid = Number(self.tracer_pid);
    const at = db.get<{ source_id: number; line: number }>(
      'SELECT source_id, line FROM processes WHERE capture_id = ? AND pid = ? AND line IS NOT NULL',
      captureId,
      Number.isSafeInteger(pid) ? pid : -1,
    );
    yield told(`process ${pid}`, 'traced the capture', at);
  }
}

const ENVIRONMENT = 'no library was put before those of the capture';
const PRELOADED = 'no library is preloaded on the host';
const LIBRARIES = 'libraries of the capture are its own';
const TRACER = 'nobody traced the capture';

/** A case file may come from anybody. */
const JSON_OF = `SELECT CASE WHEN json_valid(header) THEN header END AS header, CASE WHEN json_valid(manifest) THEN manifest END AS manifest
  FROM captures WHERE capture_id = ?`;

function objectOf(json: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof json !== 'string' || !json.startsWith('{')) return null;
  return JSON.parse(json) as Readonly<Record<string, unknown>>;
}

function surroundings(self: Self): LedgerEntry[] {
  const check = (name: string, result: LedgerEntry['result'], basis: string, found: number | null = null): LedgerEntry =>
    entry('capture', name, result, basis, { expected: found === null ? null : 0, found });
  const foreign = foreignPaths(self.libraries)?.length ?? null;
  const environment = loaderVariables(self);
  const inner = (kind: keyof typeof FIRST): boolean | null => {
    const inode = self.namespaces?.[kind];
    return inode === undefined ? null : String(inode) !== FIRST[kind];
  };
  const place = (kind: keyof typeof FIRST, name: string, inside: string): LedgerEntry => {
    const is = inner(kind);
    return check(
      name,
      is === false ? 'holds' : 'blind',
      is === null ? 'the header does not say in which namespace the capture ran' : is ? inside : `ns/${kind} of the capture`,
    );
  };
  const traced = Number(self.tracer_pid ?? Number.NaN);
  const veiled = self.hidepid !== null && self.hidepid !== undefined && self.hidepid !== 'off' && self.hidepid !== '0';
  // Captures of before this member was written say only who they were.
  const hidden = typeof self.others_hidden === 'boolean' ? self.others_hidden : veiled && self.euid !== 0;
  return [
    check(ENVIRONMENT, verdict(environment.length), LOADER, environment.length),
    check(PRELOADED, verdict(self.preload_file === null || self.preload_file === undefined ? 0 : 1), PRELOAD),
    foreign === null
      ? check(LIBRARIES, 'blind', 'the header lists no libraries')
      : check(LIBRARIES, verdict(foreign), 'names of the files mapped into it, against those that Node is linked with', foreign),
    check(TRACER, Number.isNaN(traced) ? 'blind' : verdict(traced === 0 ? 0 : 1), 'TracerPid of its status'),
    check(
      'no filter of system calls',
      self.seccomp === 0 ? 'holds' : 'blind',
      'Seccomp of its status: a filter may refuse what the capture asks for',
    ),
    check(
      OTHERS,
      hidden ? 'blind' : 'holds',
      hidden ? HIDDEN : 'option hidepid of the proc mount, and whether the first process was shown',
    ),
    place('pid', 'the capture saw every pid namespace', 'the capture ran in an inner pid namespace: processes outside are not shown to it'),
    place(
      'user',
      'the capture had the rights of the host',
      'the capture ran in an inner user namespace: its rights and user numbers end there',
    ),
  ];
}

const HIDDEN = "hidepid of the proc mount: processes of other users, their descriptors and sockets' holders are not in the capture";
export const OTHERS = 'proc shows other users';
const LOADER = 'LD_ variables, NODE_OPTIONS and OPENSSL_CONF in its environment: they can make it see another host than there is';
const PRELOAD = '/etc/ld.so.preload as the capture read it: what stands there was loaded into the capture too';

function verdict(odd: number): LedgerEntry['result'] {
  return odd === 0 ? 'holds' : 'broken';
}

function loaderVariables(self: Self): string[] {
  const environment = Array.isArray(self.environment) ? self.environment.map(String) : [];
  const set = environment.filter((pair) => /^(?:LD_[A-Z_]+|NODE_OPTIONS|OPENSSL_CONF)=./.test(pair));
  return set.length === 0 && typeof self.preload === 'string' && self.preload !== '' ? [`LD_PRELOAD=${self.preload}`] : set;
}

/** Null when the header lists none. Names that are not text are foreign. */
function foreignPaths(list: unknown): unknown[] | null {
  if (!Array.isArray(list)) return null;
  return list.filter((path) => {
    if (typeof path !== 'string') return true;
    const name = path.slice(path.lastIndexOf('/') + 1);
    return /\.so(?:\.|$)/.test(name) && !OWN_LIBRARY.test(name);
  });
}

const WINDOWS: Readonly<Record<string, string>> = {
  tables_a: 'first reading of the socket tables',
  descriptors: 'reading of the descriptors',
  tables_b: 'second reading of the socket tables',
  total: 'whole capture',
};

/** How long each part took: what changed meanwhile may be in one and not in the other. */
function lengths(windows: unknown): LedgerEntry[] {
  if (typeof windows !== 'object' || windows === null) return [];
  const known = windows as Readonly<Record<string, unknown>>;
  return Object.entries(WINDOWS).flatMap(([name, what]) => {
    const window = known[name];
    if (!Array.isArray(window) || !window.every(Number.isFinite)) return [];
    const length = Number(window[1]) - Number(window[0]);
    return [entry('capture', `window ${name}`, 'count', `${what}: microseconds from its start to its end`, { found: length })];
  });
}
