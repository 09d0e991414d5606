import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { lines, splitTimer } from '../support/scenario/columns.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** What the live netstat printed right before the capture, by arguments. */
const INET = [
  '-antup',
  '-antupeo',
  '-tln',
  '-an --inet',
  '-an --inet6',
  '-wnap',
  '-atu --numeric-ports',
  '-at',
  '-aue',
  '-atnW',
  '-tn',
  '-uln',
];
const UNIX = ['-xan', '-xanp', '-xln', '-x'];
const OTHER = ['-rn', '-r -n -e', '--inet6 -rn'];

let scene: Scene;
const live = new Map<string, string>();
let archive: string;

beforeAll(async () => {
  scene = await startScene();
  for (const args of [...INET, ...UNIX, ...OTHER, '-i', '-ie', '-s', '-gn']) live.set(args, scene.live('netstat', args.split(' ')));
  archive = scene.capture('one').archive;
});
afterAll(() => scene?.stop());

function ours(args: string): string {
  const ran = coldstat(['netstat', '--archive', archive, ...args.split(' ')]);
  expect(ran.code, ran.err).toBe(0);
  return ran.out;
}

/** netstat looks at no descriptor table of a thread and prints `-` for what only such a table holds; we name the holder. */
function withoutThreads(text: string): string {
  const only = scene.made
    .filter((m) => m.tid !== undefined && m.tid !== m.pid && m.local !== undefined)
    .map((m) => `${m.local?.[0]}:${m.local?.[1]} `);
  return text
    .split('\n')
    .map((line) =>
      only.some((end) => line.includes(` ${end}`)) ? line.replace(/ \d+\/\w+( *$| {2})/, (whole) => ' -'.padEnd(whole.length)) : line,
    )
    .join('\n');
}

const theirs = (args: string): string => live.get(args) ?? '';

/** Rows of inet sections: the live tool's own process has none of these sockets, so the whole text must agree. */
describe('inet sections agree with netstat, cell by cell and in order', () => {
  test.each(INET)('netstat %s', (args) => {
    const [mine, real] = [lines(withoutThreads(ours(args))).map(splitTimer), lines(theirs(args)).map(splitTimer)];
    expect(mine.map((l) => l.rest)).toEqual(real.map((l) => l.rest));
    for (const [i, { timer, rest }] of real.entries()) {
      const other = mine[i]?.timer ?? null;
      expect(other?.name, rest).toBe(timer?.name);
      if (timer === null || other === null || ['on', 'probe'].includes(timer.name)) continue;
      expect(Math.abs(other.seconds - timer.seconds), rest).toBeLessThan(20);
      expect([other.retransmits, other.probes], rest).toEqual([timer.retransmits, timer.probes]);
    }
  });
});

test('every state that was made is on the list', () => {
  const text = ours('-ant');
  for (const state of [
    'LISTEN',
    'ESTABLISHED',
    'SYN_SENT',
    'SYN_RECV',
    'FIN_WAIT1',
    'FIN_WAIT2',
    'TIME_WAIT',
    'CLOSE_WAIT',
    'LAST_ACK',
    'CLOSING',
  ])
    expect(text).toMatch(new RegExp(` ${state}\\b`));
});

test('every socket that was made and has a row is listed with its addresses', () => {
  const listed = new Set(
    lines(ours('-anW --inet --inet6')).map((line) => {
      const [, , , local, remote] = line.split(/ +/);
      return `${local} ${remote}`;
    }),
  );
  const plain = (address: string): string => address.replace(/^::ffff:/, '');
  for (const { what, local, remote, pid, fd } of scene.made) {
    if (local === undefined || /^(thread-own-net|netns)/.test(what) || /^raw|^ping$/.test(what)) continue;
    if (what === 'tcp-syn-sent') continue;
    const here = `${plain(local[0])}:${local[1]}`;
    const there = remote === undefined ? (local[0].includes(':') ? ':::*' : '0.0.0.0:*') : `${plain(remote[0])}:${remote[1]}`;
    expect(listed, `${what} of ${pid} fd ${fd}`).toContain(`${here} ${there}`);
  }
});

interface UnixRow {
  readonly inode: string;
  readonly cells: string;
  readonly path: string;
}

/** Rows of the unix section that begin like one; the rest of a name with a newline is not. */
function unixRows(text: string, program: boolean): UnixRow[] {
  const row = program ? /^(unix +\d+ +\[.*?\] +\S+ +(?:\S+)? +(\d+) +\S+) *(.*)$/ : /^(unix +\d+ +\[.*?\] +\S+ +(?:\S+)? +(\d+)) *(.*)$/;
  return lines(text).flatMap((line) => {
    const match = row.exec(line);
    return match === null ? [] : [{ cells: match[1] ?? '', inode: match[2] ?? '', path: match[3] ?? '' }];
  });
}

describe('the unix section agrees with netstat', () => {
  test.each(UNIX)('netstat %s', (args) => {
    const program = args.includes('p');
    const made = new Set(scene.made.filter((m) => m.inode !== undefined).map((m) => String(m.inode)));
    const [mine, real] = [unixRows(ours(args), program), unixRows(theirs(args), program)].map((rows) =>
      rows.filter((r) => made.has(r.inode)),
    );
    expect(real?.length).toBeGreaterThan(2);
    expect(mine?.map((r) => r.cells)).toEqual(real?.map((r) => r.cells));
    const plain = (rows: readonly UnixRow[] | undefined) => rows?.filter((r) => /^[\w./@-]*$/.test(r.path)).map((r) => r.path);
    const honest = new Set(plain(real));
    expect(plain(mine)?.filter((path) => !honest.has(path))).toEqual([]);
    expect(honest).toContain('stream.sock');
  });

  test('the un-accepted end is listed, without an inode', () => {
    expect(ours('-xan')).toMatch(/^unix +3 +\[ \] +SEQPACKET +CONNECTING +0 +seq\.sock( \(may be forged .*\))?$/m);
  });

  test('names that lie stay in one row and are escaped', () => {
    const text = ours('-xan');
    expect(text).toContain('@one\\ntwo\n');
    expect(text).toContain('@red\\x1b[31m\\x07\n');
    expect(text).toContain('@\\xff\\xfe\\xc3(\n');
    expect(text).toContain('@txt.\\xe2\\x80\\xaegpj\n');
    // The file alone cannot tell this row from the kernel's; the kernel's own count says that one is too many.
    expect(text).toMatch(/^unix.* 4242424242 \/run\/forged \(may be forged by the name of another socket\)$/m);
    // The un-accepted end has no holder either: where its row happens to follow a short name, it is the other candidate.
    expect(text.match(/may be forged/g)?.length).toBeLessThanOrEqual(2);
    expect(text).not.toMatch(/[^\n\x20-\x7e]/);
  });
});

test('netstat -i agrees, packet counters apart', () => {
  const cells = (text: string) => lines(text).map((line) => line.split(/ +/));
  const [mine, real] = [cells(ours('-i')), cells(theirs('-i'))];
  expect(mine.slice(0, 2)).toEqual(real.slice(0, 2));
  const steady = (row: readonly string[]) => row.filter((_, i) => i !== 2 && i !== 6);
  expect(mine.slice(2).map(steady)).toEqual(real.slice(2).map(steady));
  for (const [i, row] of real.slice(2).entries()) {
    for (const column of [2, 6]) {
      const delta = Number(mine[i + 2]?.[column]) - Number(row[column]);
      expect(delta, row.join(' ')).toBeGreaterThanOrEqual(0);
      expect(delta, row.join(' ')).toBeLessThan(500);
    }
  }
});

test('netstat -ie agrees, counters and what no captured file tells apart', () => {
  const shape = (text: string) =>
    lines(text).map((line) => line.replace(/(packets|bytes) \d+/g, '$1 N').replace(/\(\d.*B\)$| {2}broadcast .*$/, ''));
  expect(theirs('-ie')).toMatch(/^lo: flags=73<UP,LOOPBACK,RUNNING>/m);
  expect(shape(ours('-ie'))).toEqual(shape(theirs('-ie')));
});

test.each(OTHER)('netstat %s agrees', (args) => {
  expect(lines(ours(args))).toEqual(lines(theirs(args)));
});

test('netstat -s agrees, numbers apart', () => {
  const shape = (text: string) => lines(text).map((line) => line.replace(/\d+/g, 'N'));
  const [mine, real] = [new Set(shape(ours('-s'))), shape(theirs('-s'))];
  expect(real.filter((line) => !mine.has(line))).toEqual([]);
});
