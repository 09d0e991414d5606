import type { Value } from '../../render/value.ts';
import type { CaseDb } from '../query.ts';
import { DAEMONS } from './daemons.ts';
import type { Mark } from './kinds.ts';
import { baseName, COMM_LENGTH, type ProcessRow, textOf } from './process-rows.ts';

/** What a reader cannot see, or sees elsewhere than it stands: control, direction, invisible, blanks other than the blank. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]|\u034f|(?! )\p{Zs}/u;
/** Of bytes that are not UTF-8 only these are sure. */
const CONTROL = /[\x00-\x1f\x7f]/;
const BLANK_AT_END = /^ | $/;
const LATIN = /\p{Script=Latin}/u;
const OTHER_SCRIPT = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

/** Letters of other scripts that look like Latin ones (Unicode TR 39 has them all; these are the ones that spell names of programs). */
const LIKE: ReadonlyMap<string, string> = new Map([
  ...Array.from('аеорсухіјѕһԁԛԝьӏкмтгпв', (c, i) => [c, 'aeopcyxijshdqwblkmtrnb'[i] ?? c] as const),
  ...Array.from('ανοικρτυωχγε', (c, i) => [c, 'avolkptuwxye'[i] ?? c] as const),
  ...Array.from('ԼօոսհցքӀ', (c, i) => [c, 'Lonuhgql'[i] ?? c] as const),
  ...Array.from('01Iı|', (c, i) => [c, 'ollil'[i] ?? c] as const),
]);

/** What is left of a name when look-alikes are taken for each other. */
export function skeleton(name: string): string {
  const letters = Array.from(name.normalize('NFKC').trim(), (c) => LIKE.get(c) ?? c).join('');
  return letters
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[\p{Cc}\p{Cf}]/gu, '');
}

const DAEMON_SKELETONS: ReadonlyMap<string, string> = new Map([...DAEMONS.keys()].map((name) => [skeleton(name), name]));

function hiddenIn(name: Value): 'strong' | 'weak' | null {
  const text = textOf(name);
  if (typeof name === 'string' ? HIDDEN.test(text) : CONTROL.test(text)) return 'strong';
  return BLANK_AT_END.test(text) ? 'weak' : null;
}

/** Names of processes against each other and against well-known ones. */
export class NameMarks {
  /** Plain names of the capture by skeleton. */
  readonly #plain = new Map<string, string>();

  constructor(db: CaseDb, captureId: number) {
    const plain =
      "SELECT DISTINCT name FROM processes WHERE capture_id = ? AND typeof(name) = 'text' AND name NOT GLOB '*[^ -~]*' AND name = trim(name)";
    for (const { name } of db.all<{ name: string }>(plain, captureId)) if (name.length > 2) this.#plain.set(skeleton(name), name);
  }

  *of(p: ProcessRow): Generator<Mark> {
    if (p.kernel_thread === 1) return;
    const seen = new Set<string>();
    for (const name of [p.name, p.path === null ? null : baseName(p.path), p.arg0]) {
      if (name === null || seen.has(textOf(name))) continue;
      seen.add(textOf(name));
      const also = name === p.arg0 && p.cmdline !== null ? [p.cmdline] : [];
      const judged = this.#judge(name);
      if (judged !== null) yield { about: 'processes', pid: p.pid, claim: name, at: p.stat, also, ...judged };
    }
  }

  #judge(name: Value): Pick<Mark, 'kind' | 'weight' | 'finding' | 'reason'> | null {
    const text = textOf(name);
    const base = text.startsWith('/') ? baseName(text) : text;
    const like = typeof name === 'string' ? this.#resembles(base) : null;
    if (like !== null) return { kind: 'name-look-alike', finding: like, reason: 'The name is not the one it looks like.' };
    const hidden = hiddenIn(name);
    if (hidden === 'strong')
      return { kind: 'name-hidden-characters', reason: 'The name holds control characters, or some that cannot be seen.' };
    if (hidden === 'weak' && text.length !== COMM_LENGTH)
      return { kind: 'name-hidden-characters', weight: 'weak', reason: 'The name begins or ends with a blank.' };
    if (LATIN.test(base) && OTHER_SCRIPT.test(base) && typeof name === 'string')
      return { kind: 'name-look-alike', weight: 'weak', reason: 'The name mixes letters of several scripts.' };
    return null;
  }

  /** The plain name it can be taken for. A plain name is only held against well-known ones: sshd1 and sshdl may both be honest. */
  #resembles(name: string): string | null {
    const bones = skeleton(name);
    const daemon = DAEMON_SKELETONS.get(bones);
    if (daemon !== undefined && daemon !== name) return daemon;
    const other = /[^ -~]|^ | $/.test(name) && name.length < COMM_LENGTH ? this.#plain.get(bones) : undefined;
    return other === undefined || other === name ? null : other;
  }
}

interface Odd {
  pid: number | null;
  tid: number | null;
  fd: number | null;
  name: Value;
  source_id: number;
  line: number;
}

/** Only names with something else than visible ASCII, or a blank at an end, leave SQLite. */
const ODD = (column: string): string =>
  `(typeof(${column}) = 'blob' OR ${column} GLOB '*[^ -~]*' OR ${column} GLOB '* ' OR ${column} GLOB ' *')`;
const FILES = `SELECT pid, tid, fd, target AS name, source_id, line FROM fds WHERE capture_id = ? AND kind IN ('file', 'memfd') AND ${ODD('target')}`;
const SOCKETS = `SELECT NULL AS pid, NULL AS tid, NULL AS fd, path AS name, source_id, line FROM sockets_unix WHERE capture_id = ? AND ${ODD('path')}`;

/** Names of open files and unix sockets that hold what cannot be seen. */
export function* hiddenNames(db: CaseDb, captureId: number): Generator<Mark> {
  for (const [sql, about] of [
    [FILES, 'fds'],
    [SOCKETS, 'sockets_unix'],
  ] as const) {
    for (const { pid, tid, fd, name, source_id, line } of db.iterate<Odd>(sql, captureId)) {
      const weight = hiddenIn(name);
      if (weight === null) continue;
      const reason =
        weight === 'strong' ? 'The name holds control characters, or some that cannot be seen.' : 'The name begins or ends with a blank.';
      const of = pid === null || tid === null || fd === null ? {} : { pid, tid, fd };
      yield { kind: 'name-hidden-characters', weight, about, ...of, claim: name, reason, at: [source_id, line] };
    }
  }
}
