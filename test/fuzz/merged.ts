import { parseListLine } from '@coldstat/capture/archive';
import type Database from 'better-sqlite3';
import type { Value } from '../../packages/analyze/src/render/value.ts';
import type { Frame } from './lines-of.ts';

/** Bodies that become a row together with others: such a line is accounted for by the cell that holds its value. */

export interface InHand {
  readonly path: string;
  readonly parser: string;
  readonly body: Buffer;
  readonly texts: readonly string[];
  readonly frames: readonly Frame[];
  readonly pid: number | null;
  readonly tid: number | null;
  /** Lines of which something tells; more are added. */
  readonly told: Uint8Array;
}

type Row = Readonly<Record<string, Value>>;

/** Cells that say the same as a line of status, by its key; the values as they would stand in the file. */
const STATUS: Readonly<Record<string, (row: Row) => readonly (Value | undefined)[]>> = {
  Name: (r) => [r['name']],
  State: (r) => [r['state']],
  Tgid: (r) => [r['pid']],
  Pid: (r) => [r['pid']],
  PPid: (r) => [r['parent']],
  Threads: (r) => [r['threads']],
  Uid: (r) => [r['uid'], r['euid'], r['suid'], r['fsuid']],
  Gid: (r) => [r['gid'], r['egid'], r['sgid'], r['fsgid']],
  Groups: (r) =>
    String(r['groups'] ?? '\0')
      .split(/[\t ]+/)
      .filter((word) => word !== ''),
  TracerPid: (r) => [r['tracer_pid']],
  Seccomp: (r) => [r['seccomp']],
  NoNewPrivs: (r) => [r['no_new_privs']],
  Umask: (r) => [typeof r['umask'] === 'number' ? r['umask'].toString(8) : null],
  FDSize: (r) => [r['fd_size']],
  CapInh: (r) => [r['cap_inh']],
  CapPrm: (r) => [r['cap_prm']],
  CapEff: (r) => [r['cap_eff']],
  CapBnd: (r) => [r['cap_bnd']],
  CapAmb: (r) => [r['cap_amb']],
  NSpid: (r) => String(r['ns_pid'] ?? '\0').split(' '),
};

/** Columns of processes that are the value of a file. */
const SINGLE: Readonly<Record<string, readonly string[]>> = {
  'pid-comm': ['comm_raw', 'name'],
  'pid-loginuid': ['loginuid'],
  'pid-sessionid': ['sessionid'],
  'pid-wchan': ['wchan'],
  'pid-current': ['label'],
};

const latin1 = (value: Value | undefined): string =>
  value instanceof Uint8Array
    ? Buffer.from(value).toString('latin1')
    : typeof value === 'string'
      ? Buffer.from(value).toString('latin1')
      : String(value);

/** Of a file that is one value: without one newline at the end, and without NULs before it. */
function value(text: string): string {
  let end = text.endsWith('\n') ? text.length - 1 : text.length;
  while (end > 0 && text[end - 1] === '\0') end--;
  return text.slice(0, end);
}

/** Number as the kernel prints it, without zeros in front: cells hold numbers. */
const plain = (text: string): string => (/^0+\d/.test(text) ? text.replace(/^0+(?=\d)/, '') : text);

export class Merged {
  readonly #processes: ReadonlyMap<string, Row>;
  readonly #threads: ReadonlyMap<string, Row>;
  readonly #namespaces: ReadonlySet<string>;
  readonly #interfaces: readonly Row[];
  readonly #infos: ReadonlyMap<string, Row>;

  constructor(db: Database.Database) {
    const all = (sql: string): Row[] => db.prepare(sql).all() as Row[];
    this.#processes = new Map(all('SELECT * FROM processes').map((r) => [`${r['pid']}`, r]));
    this.#threads = new Map(all('SELECT * FROM threads').map((r) => [`${r['pid']}/${r['tid']}`, r]));
    this.#namespaces = new Set(all('SELECT kind, inode FROM namespaces').map((r) => `${r['kind']}:[${r['inode']}]`));
    this.#interfaces = all('SELECT * FROM interfaces');
    this.#infos = new Map(
      all('SELECT * FROM fds WHERE info_line IS NOT NULL').map((r) => [`${r['pid']}/${r['tid']}:${r['info_line']}`, r]),
    );
  }

  tell(body: InHand): void {
    const { parser, frames, told } = body;
    const process = this.#processes.get(`${body.pid}`);
    if (parser === 'pid-status') this.#status(body, process);
    else if (SINGLE[parser] !== undefined) this.#single(body, process, SINGLE[parser]);
    else if (parser === 'links-list') this.#namespaceLinks(body);
    else if (parser === 'sys-class-net') for (const frame of frames) this.#interface(frame, told);
    else if (parser === 'task-pack') for (const frame of frames) this.#thread(body, frame);
    else if (parser === 'stat-pack') for (const frame of frames) this.#again(frame, told);
    else if (parser === 'fdinfo-pack') for (const frame of frames) this.#info(body, frame);
    else if (/^(?:exe|sockopt|sockprotoname)-pack$/.test(parser))
      for (const { head, last, content } of frames) if (told[head]) fill(told, head + 1, Math.min(last, head + content));
  }

  #status({ texts, told }: InHand, process: Row | undefined): void {
    texts.forEach((text, i) => {
      const m = /^([A-Za-z]+):\t?(.*)$/s.exec(text);
      const cells = STATUS[m?.[1] ?? ''];
      if (m === null || cells === undefined || process === undefined || told[i + 1]) return;
      const value = m[2] ?? '';
      const found =
        m[1] === 'Name'
          ? [value.replaceAll(/\\([\\n])/g, (_, c: string) => (c === 'n' ? '\n' : '\\'))]
          : value.split(/[\t ]+/).filter((word) => word !== '');
      const words = m[1] === 'State' ? [found[0]] : found;
      const said = cells(process).map(latin1);
      if (words.length === said.length && words.every((w, k) => w === said[k] || plain(w ?? '') === said[k])) told[i + 1] = 1;
    });
  }

  #single({ body, texts, told }: InHand, process: Row | undefined, columns: readonly string[]): void {
    const text = value(body.toString('latin1'));
    const cells = columns.map((c) => process?.[c]).filter((v) => v !== null && v !== undefined);
    const unset = text === '4294967295' && process !== undefined && process[columns[0] ?? ''] === null;
    if (unset || cells.some((c) => latin1(c) === text || latin1(c) === plain(text))) fill(told, 1, texts.length);
  }

  /** A namespace has a row for all who live in it. */
  #namespaceLinks({ texts, told }: InHand): void {
    texts.forEach((text, i) => {
      const link = parseListLine(text);
      if (typeof link === 'string' || told[i + 1] || typeof link.target !== 'string') return;
      const kind = /^ns\/([a-z]+?)(?:_for_children)?$/.exec(link.name)?.[1];
      if (link.target.startsWith(`${kind}:`) && this.#namespaces.has(link.target)) told[i + 1] = 1;
    });
  }

  #interface({ frame, head, content }: Frame, told: Uint8Array): void {
    if ('errno' in frame || content !== 1) return;
    const m = /^(.+)\/([a-z_]+)$/s.exec(frame.name);
    const text = frame.body.toString('latin1').replace(/\n$/, '');
    const number = text.startsWith('0x') ? Number.parseInt(text, 16) : Number(text);
    const says = (value: Value | undefined): boolean =>
      value !== undefined && (latin1(value ?? '') === text || (text !== '' && value === number));
    if (this.#interfaces.some((row) => latin1(row['name']) === m?.[1] && says(row[m?.[2] ?? '']))) told[head + 1] = 1;
  }

  #thread({ pid, told }: InHand, { frame, head, content }: Frame): void {
    if ('errno' in frame) return;
    const [tid, file] = frame.name.split('/');
    const row = this.#threads.get(`${pid}/${tid}`);
    const text = frame.body.toString('latin1');
    if (row === undefined) return;
    const same = file === 'fd' ? row['own_files'] === (text === 'not-compared' ? null : 0) : file === 'ns';
    const kept =
      (file === 'comm' && [row['name'], row['comm_raw']].some((c) => latin1(c) === value(text))) ||
      (file === 'stat' && row['start_ticks'] !== null && text.includes(`(${latin1(row['name'])}) ${row['state']} `)) ||
      (/^(?:same(?: \d+)?|not-compared)$/.test(text) && same);
    if (kept) fill(told, head + 1, head + content);
  }

  /** The second stat of a process says whether it is still the same. */
  #again({ frame, head, content }: Frame, told: Uint8Array): void {
    const pid = frame.name.split('/')[0] ?? '';
    const row = this.#processes.get(pid);
    if (row !== undefined && !('errno' in frame) && (row['vanished'] !== null || told[head + 1])) fill(told, head + 1, head + content);
  }

  /** Each line of fdinfo is a cell of its descriptor or stands in its detail. */
  #info({ pid, tid, told }: InHand, { frame, head, content }: Frame): void {
    const row = this.#infos.get(`${pid}/${tid ?? 0}:${head}`);
    if (row === undefined || 'errno' in frame) return;
    const cells = ['pos', 'flags', 'mnt_id', 'info_ino', 'scm_fds'].filter((c) => row[c] !== null).length;
    const detail = row['detail'] === null ? 0 : (JSON.parse(String(row['detail'])) as unknown[]).length;
    let known = 0;
    for (let line = head + 1; line <= head + content; line++) known += told[line] ? 1 : 0;
    if (cells + detail + known === content) fill(told, head + 1, head + content);
  }
}

function fill(told: Uint8Array, from: number, to: number): void {
  for (let line = from; line <= to && line < told.length; line++) told[line] = 1;
}
