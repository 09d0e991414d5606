import type { Parser, Placed } from './lines.ts';
import { byLine, type Line, type Refused } from './rows.ts';

/** One line of /etc/passwd (passwd(5)). The password field is not kept: the captured body has it. */
export interface User extends Placed {
  readonly name: Buffer;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly description: Buffer;
  readonly directory: Buffer;
  readonly shell: Buffer;
}

/** One line of /etc/group (group(5)). */
export interface Group extends Placed {
  readonly name: Buffer;
  readonly gid: number | null;
  /** Comma list as written. */
  readonly members: Buffer;
}

const COLON = 0x3a;
const HASH = 0x23;
const PLUS = 0x2b;
const MINUS = 0x2d;
const MAX_ID = 0xffff_ffff;

const USER_FORM: Refused = { code: 'line-form', message: 'the line does not have the seven fields of passwd' };
const GROUP_FORM: Refused = { code: 'line-form', message: 'the line does not have the four fields of group' };
const NIS: Refused = { code: 'line-unknown', message: 'the line asks for entries of NIS, which are not on this host' };

/** Comments (`#`) and empty lines count as header, `+…` and `-…` (NIS) are problems. */
export const parsePasswd: Parser<User> = byLine<User>(
  (sink) => (line) => {
    const f = fields(line, 7);
    if (typeof f === 'string') return 'header';
    if (isNis(f)) return NIS;
    const [name, , uid, gid, description, directory, shell] = f;
    if (!name || !uid || !gid || !description || !directory || !shell || name.length === 0) return USER_FORM;
    const user: User = { line: line.number, name, uid: id(uid), gid: id(gid), description, directory, shell };
    sink.record(user);
    if (user.uid === null || user.gid === null) {
      sink.problem({ code: 'line-value', line: line.number, lines: 0, message: 'a number of the user is not one' });
    }
    return 'row';
  },
  { open: true },
);

export const parseGroup: Parser<Group> = byLine<Group>(
  (sink) => (line) => {
    const f = fields(line, 4);
    if (typeof f === 'string') return 'header';
    if (isNis(f)) return NIS;
    const [name, , gid, members] = f;
    if (!name || !gid || !members || name.length === 0) return GROUP_FORM;
    const group: Group = { line: line.number, name, gid: id(gid), members };
    sink.record(group);
    if (group.gid === null)
      sink.problem({ code: 'line-value', line: line.number, lines: 0, message: 'the number of the group is not one' });
    return 'row';
  },
  { open: true },
);

/** At most `count` fields between colons, the last one with the rest of the line; or that there is nothing to read. */
function fields({ body, start, end }: Line, count: number): Buffer[] | 'nothing' {
  const line = body.subarray(start, end);
  if (line.length === 0 || line[0] === HASH) return 'nothing';
  const found: Buffer[] = [];
  let at = 0;
  while (found.length < count - 1) {
    const colon = line.indexOf(COLON, at);
    if (colon < 0) break;
    found.push(line.subarray(at, colon));
    at = colon + 1;
  }
  found.push(line.subarray(at));
  return found;
}

function isNis(f: readonly Buffer[]): boolean {
  const first = f[0]?.[0];
  return first === PLUS || first === MINUS;
}

function id(text: Buffer): number | null {
  if (text.length === 0 || text.length > 10) return null;
  let n = 0;
  for (const byte of text) {
    if (byte < 0x30 || byte > 0x39) return null;
    n = n * 10 + byte - 0x30;
  }
  return n > MAX_ID ? null : n;
}
